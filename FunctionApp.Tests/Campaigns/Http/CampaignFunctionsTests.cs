using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Atelier.Access;
using Atelier.Access.Limits;
using Atelier.Campaigns;
using Atelier.Campaigns.Control;
using Atelier.Campaigns.Http;
using Atelier.Campaigns.Workflow;
using Atelier.Durable;
using Atelier.Images;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;
using FunctionApp.Tests.Campaigns.Workflow;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.OpenApi;
using FunctionApp.Tests.Persistence;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace FunctionApp.Tests.Campaigns.Http;

[Collection(LocalServicesCollection.Name)]
public sealed class CampaignFunctionsTests(LocalServicesFixture services) : IAsyncLifetime
{
    private readonly Campaign _campaign = TestCampaign.Create();
    private readonly Mock<IImageStore> _store = new();
    private readonly Mock<DurableTaskClient> _client = new("test");
    private readonly FakeTimeProvider _time = new();
    private TestDatabase _database = null!;
    private AtelierDbContext _db = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(services);
        _campaign.Status = CampaignStatus.Running;
        await using (var db = _database.NewContext())
        {
            db.Add(_campaign);
            await db.SaveChangesAsync();
        }
        _db = _database.NewContext();
        _store
            .Setup(store => store.OpenAsync("there.png", It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => new ImageContent(new MemoryStream([1, 2, 3, 4, 5]), "image/png", 5, "\"blob-1\"", TestCampaign.CreatedAt));
    }

    public async Task DisposeAsync()
    {
        await _db.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Start_EngineAway_IsStillAccepted()
    {
        _client
            .Setup(client => client.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new InvalidOperationException("The engine is away."));

        var call = await StartAsync(new HttpCall(json: """{"prompt":"A cat"}"""));

        Assert.Equal(202, call.Response.StatusCode);
        var id = call.Json.GetProperty("id").GetString()!;
        Assert.Equal($"/api/campaigns/{id}", call.Response.Headers.Location);
        Assert.Equal("2", call.Response.Headers.RetryAfter);
        Assert.Equal("PENDING", call.Json.GetProperty("status").GetString());
        Assert.Equal("words", call.Json.GetProperty("text").GetProperty("provider").GetString());
        Assert.NotNull(await new CampaignQueries(_db).FindAsync(new Caller("ann"), Guid.Parse(id), CancellationToken.None));
    }

    [Fact]
    public async Task Start_RepeatedUnderItsKey_SchedulesOnce()
    {
        HttpCall[] calls = [new(json: """{"prompt":"A cat"}"""), new(json: """{ "prompt": "A cat" }""")];
        foreach (var call in calls)
        {
            call.Request.Headers["Idempotency-Key"] = "key";
            await StartAsync(call);
        }

        Assert.Equal(calls[0].Response.Headers.Location, calls[1].Response.Headers.Location);
        Assert.Equal(calls[0].Body, calls[1].Body);
        _client.Verify(
            client => client.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()),
            Times.Once);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("k,k")]
    [InlineData("tooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooo long")]
    public async Task Start_UnusableKey_IsRefused(string key)
    {
        var call = new HttpCall(json: """{"prompt":"A cat"}""");
        call.Request.Headers["Idempotency-Key"] = key.Split(',');

        var problem = await Assert.ThrowsAsync<ApiException>(() => StartAsync(call));

        Assert.Equal("Idempotency-Key", Assert.Single(problem.Errors!).Key);
    }

    [Fact]
    public async Task Get_Running_HasETagAndRetryAfter()
    {
        var call = await GetAsync(new HttpCall());

        Assert.Equal(200, call.Response.StatusCode);
        Assert.Equal("W/\"1\"", call.Response.Headers.ETag);
        Assert.Equal("2", call.Response.Headers.RetryAfter);
        Assert.Equal(_campaign.Id, call.Json.GetProperty("id").GetGuid());
        Assert.Single(call.Json.GetProperty("images").EnumerateArray());
    }

    [Theory]
    [InlineData("W/\"1\"", 304)]
    [InlineData("\"1\"", 304)]
    [InlineData("\"7\", W/\"1\"", 304)]
    [InlineData("*", 304)]
    [InlineData("W/\"2\"", 200)]
    [InlineData("nonsense", 200)]
    public async Task Get_IfNoneMatch_Is304ForTheSameVersion(string header, int status)
    {
        var call = new HttpCall();
        call.Request.Headers.IfNoneMatch = header;

        await GetAsync(call);

        Assert.Equal(status, call.Response.StatusCode);
        Assert.Equal("W/\"1\"", call.Response.Headers.ETag);
        Assert.Equal(status == 304, call.Body.Length == 0);
    }

    [Theory]
    [InlineData("ben", null)]
    [InlineData("ann", "01987a6e-0000-7000-8000-000000000001")]
    [InlineData("ann", "no-id")]
    public async Task Get_OfAnotherCallerOrUnknown_Is404(string user, string? id)
    {
        var problem = await Assert.ThrowsAsync<ApiException>(() => GetAsync(new HttpCall(user), id));

        Assert.Equal((404, "not_found"), (problem.Status, problem.Code));
    }

    [Theory]
    [InlineData("61")]
    [InlineData("-1")]
    [InlineData("soon")]
    public async Task Get_WaitOutOfRange_IsRefused(string wait)
    {
        var problem = await Assert.ThrowsAsync<ApiException>(() => GetAsync(new HttpCall(query: $"?wait={wait}")));

        Assert.Equal("wait", Assert.Single(problem.Errors!).Key);
    }

    [Fact]
    public async Task Get_IncludeOrchestration_ShowsWhatTheDurableStoreKnows()
    {
        OnInstance(new OrchestrationMetadata(nameof(CampaignOrchestrator), _campaign.InstanceId)
        {
            RuntimeStatus = OrchestrationRuntimeStatus.Running,
            CreatedAt = TestCampaign.CreatedAt,
            LastUpdatedAt = TestCampaign.CreatedAt.AddSeconds(1),
            SerializedCustomStatus = """{"done":["text"],"failed":[],"pending":["image/0"]}""",
        });
        var call = new HttpCall(query: "?include=orchestration");
        call.Request.Headers.IfNoneMatch = "W/\"1\"";

        await GetAsync(call);

        var orchestration = JsonNode.Parse(call.Json.GetProperty("orchestration").GetRawText())!;
        Assert.Equal(
            $$"""
            {"instanceId":"{{_campaign.Id}}","runtimeStatus":"Running","createdAt":"2026-08-01T10:00:00.000Z","lastUpdatedAt":"2026-08-01T10:00:01.000Z",
            "customStatus":{"done":["text"],"failed":[],"pending":["image/0"]},"failure":null}
            """.ReplaceLineEndings(""),
            orchestration.ToJsonString());
        Assert.Equal(_campaign.Id, call.Json.GetProperty("id").GetGuid());
        Assert.Empty(call.Response.Headers.ETag.ToString());
        Assert.Empty(ApiContract.Check(
            ApiContract.Find(HttpMethod.Get, $"/api/campaigns/{_campaign.Id}")!, 200, "application/json", Encoding.UTF8.GetString(call.Body)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_IncludeOrchestrationThatFailed_SaysWhy(bool hasDetails)
    {
        OnInstance(new OrchestrationMetadata(nameof(CampaignOrchestrator), _campaign.InstanceId)
        {
            RuntimeStatus = OrchestrationRuntimeStatus.Failed,
            SerializedCustomStatus = "null",
            SerializedOutput = hasDetails ? null : "System.InvalidOperationException: No such thing.",
            FailureDetails = hasDetails ? new TaskFailureDetails("System.InvalidOperationException", "No such thing.", "at …", null, null) : null,
        });

        var call = await GetAsync(new HttpCall(query: "?include=orchestration"));

        var orchestration = call.Json.GetProperty("orchestration");
        Assert.Equal("System.InvalidOperationException: No such thing.", orchestration.GetProperty("failure").GetString());
        Assert.Equal(JsonValueKind.Null, orchestration.GetProperty("customStatus").ValueKind);
    }

    [Fact]
    public async Task Get_IncludeOrchestrationThatIsGone_ShowsNull()
    {
        OnInstance(null);

        var call = await GetAsync(new HttpCall(query: "?include=orchestration"));

        Assert.Equal(JsonValueKind.Null, call.Json.GetProperty("orchestration").ValueKind);
    }

    [Fact]
    public async Task Get_WithoutInclude_DoesNotCallTheDurableStore()
    {
        var call = await GetAsync(new HttpCall());

        Assert.False(call.Json.TryGetProperty("orchestration", out _));
        _client.VerifyNoOtherCalls();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Get_IncludeOrchestrationWhileTheStoreIsAway_IsUnavailable(bool hangs)
    {
        var setup = _client.Setup(client => client.GetInstanceAsync(_campaign.InstanceId, true, It.IsAny<CancellationToken>()));
        if (hangs)
        {
            setup.Returns(() =>
            {
                _time.Advance(TimeSpan.FromSeconds(5));
                return new TaskCompletionSource<OrchestrationMetadata?>().Task;
            });
        }
        else
        {
            setup.ThrowsAsync(new InvalidOperationException("Status(StatusCode=\"Unavailable\")"));
        }

        var problem = await Assert.ThrowsAsync<ApiException>(() => GetAsync(new HttpCall(query: "?include=orchestration")));

        Assert.Equal((503, "orchestration_unavailable"), (problem.Status, problem.Code));
        Assert.NotNull(problem.RetryAfter);
        Assert.Equal(200, (await GetAsync(new HttpCall())).Response.StatusCode);
    }

    [Theory]
    [InlineData("images")]
    [InlineData("Orchestration")]
    [InlineData("orchestration,images")]
    public async Task Get_UnknownInclude_IsRefused(string include)
    {
        var problem = await Assert.ThrowsAsync<ApiException>(() => GetAsync(new HttpCall(query: $"?include={include}")));

        Assert.Equal("include", Assert.Single(problem.Errors!).Key);
    }

    [Fact]
    public async Task List_MoreThanAPage_HasACursor()
    {
        await using (var db = _database.NewContext())
        {
            db.Add(TestCampaign.Create(createdAt: TestCampaign.CreatedAt.AddMinutes(1)));
            await db.SaveChangesAsync();
        }
        var function = new ListCampaigns(new CampaignQueries(_db));

        var first = await new HttpCall(query: "?limit=1").RunAsync(request => function.RunAsync(request, CancellationToken.None));
        var cursor = first.Json.GetProperty("nextCursor").GetString()!;
        var second = await new HttpCall(query: $"?limit=1&cursor={cursor}").RunAsync(request => function.RunAsync(request, CancellationToken.None));

        Assert.Equal(_campaign.Id, Assert.Single(second.Json.GetProperty("items").EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Null(second.Json.GetProperty("nextCursor").GetString());
    }

    [Fact]
    public async Task Image_Whole_HasItsHeaders()
    {
        await CompleteImageAsync();

        var call = await ImageAsync(new HttpCall());

        Assert.Equal((200, "image/png"), (call.Response.StatusCode, call.Response.ContentType));
        Assert.Equal([1, 2, 3, 4, 5], call.Body);
        Assert.Equal("\"blob-1\"", call.Response.Headers.ETag);
        Assert.Equal("private, no-cache", call.Response.Headers.CacheControl);
    }

    [Fact]
    public async Task Image_Range_IsThatRange()
    {
        await CompleteImageAsync();
        var call = new HttpCall();
        call.Request.Headers.Range = "bytes=1-2";

        await ImageAsync(call);

        Assert.Equal(206, call.Response.StatusCode);
        Assert.Equal("bytes 1-2/5", call.Response.Headers.ContentRange);
        Assert.Equal([2, 3], call.Body);
    }

    [Fact]
    public async Task Image_IfNoneMatch_Is304()
    {
        await CompleteImageAsync();
        var call = new HttpCall();
        call.Request.Headers.IfNoneMatch = "\"blob-1\"";

        await ImageAsync(call);

        Assert.Equal((304, 0), (call.Response.StatusCode, call.Body.Length));
    }

    [Theory]
    [InlineData("ben", "0")]
    [InlineData("ann", "1")]
    [InlineData("ann", "-1")]
    [InlineData("ann", "first")]
    public async Task Image_OfAnotherCallerOrUnknown_Is404(string user, string index)
    {
        await CompleteImageAsync();

        var problem = await Assert.ThrowsAsync<ApiException>(() => ImageAsync(new HttpCall(user), index));

        Assert.Equal(404, problem.Status);
    }

    [Fact]
    public async Task Image_NotMadeYet_Is404() =>
        Assert.Equal(404, (await Assert.ThrowsAsync<ApiException>(() => ImageAsync(new HttpCall()))).Status);

    private Task<HttpCall> StartAsync(HttpCall call)
    {
        var queries = new CampaignQueries(_db);
        var function = new StartCampaign(
            new NewCampaignReader(TestGenerators.Create()),
            new CampaignIntake(_db, new GroupCommit(_database.DataSource), queries, new CampaignQuota(_db, CallerLimits.None), TestGenerators.Create(), TimeProvider.System),
            new CampaignScheduler(
                RetryOptions.Read(new ConfigurationBuilder().Build()), TestGenerators.Create(), TimeProvider.System, NullLogger<CampaignScheduler>.Instance),
            queries);
        return call.RunAsync(request => function.RunAsync(request, _client.Object, CancellationToken.None));
    }

    private async Task<HttpCall> GetAsync(HttpCall call, string? id = null)
    {
        using var changes = new CampaignChanges(_database.DataSource, TimeProvider.System, NullLogger<CampaignChanges>.Instance);
        var function = new GetCampaign(
            new CampaignWatch(new CampaignQueries(_db), changes, TimeProvider.System),
            new DurableCalls(_time, NullLogger<DurableCalls>.Instance));
        return await call.RunAsync(request => function.RunAsync(request, _client.Object, id ?? _campaign.InstanceId, CancellationToken.None));
    }

    private void OnInstance(OrchestrationMetadata? instance) =>
        _client.Setup(client => client.GetInstanceAsync(_campaign.InstanceId, true, It.IsAny<CancellationToken>())).ReturnsAsync(instance);

    private Task<HttpCall> ImageAsync(HttpCall call, string index = "0")
    {
        var updater = new CampaignUpdater(_db, new GroupCommit(_database.DataSource), TestRunner.NewOutages());
        var function = new GetCampaignImage(
            new CampaignQueries(_db), _store.Object, new Thumbnails(_store.Object), new LostImages(_db, updater, _store.Object, NullLogger<LostImages>.Instance));
        return call.RunAsync(request => function.RunAsync(request, _campaign.InstanceId, index, CancellationToken.None));
    }

    private async Task CompleteImageAsync()
    {
        await using var db = _database.NewContext();
        var image = db.Attach(_campaign.Images[0]).Entity;
        image.Status = PartStatus.Complete;
        image.BlobName = "there.png";
        await db.SaveChangesAsync();
    }
}
