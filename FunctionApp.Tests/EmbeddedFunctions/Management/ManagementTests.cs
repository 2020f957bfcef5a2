using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FunctionApp.Tests.Hosting;
using static FunctionApp.Tests.EmbeddedFunctions.Management.ManagementFixture;

namespace FunctionApp.Tests.EmbeddedFunctions.Management;

/// <summary>The HTTP management API answers as recorded on the official host.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class ManagementTests(LocalServicesFixture services, ManagementFixture fixture) : IClassFixture<ManagementFixture>
{
    [Fact]
    public async Task Start_Order_AnswersWithTheRecordedAddresses()
    {
        var host = await fixture.StartAsync(services);
        using var answer = await host.SendAsync("POST", "/api/orders/7");
        var body = await answer.Content.ReadAsStringAsync();
        var id = JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!;
        var instance = $"{host.Client.BaseAddress}runtime/webhooks/durabletask/instances/{id}";

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal($"{instance}?{Code}", answer.Headers.Location?.ToString());
        Assert.Equal(
            $"{{\"id\":\"{id}\",\"statusQueryGetUri\":\"{instance}?{Code}\",\"sendEventPostUri\":\"{instance}/raiseEvent/{{eventName}}?{Code}\","
            + $"\"terminatePostUri\":\"{instance}/terminate?reason={{{{text}}}}&{Code}\",\"rewindPostUri\":null,"
            + $"\"purgeHistoryDeleteUri\":\"{instance}?{Code}\",\"restartPostUri\":null,"
            + $"\"suspendPostUri\":\"{instance}/suspend?reason={{{{text}}}}&{Code}\",\"resumePostUri\":\"{instance}/resume?reason={{{{text}}}}&{Code}\"}}",
            body);
    }

    [Fact]
    public async Task CheckStatusResponse_OfRequestData_IsAcceptedWithNamesAsDeclared()
    {
        var host = await fixture.StartAsync(services);
        using var answer = await host.SendAsync("POST", "/api/any/Waits");
        var body = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.StartsWith("{\"Id\":\"", body, StringComparison.Ordinal);
        Assert.Contains("/terminate?reason={{text}}\\u0026code=", body, StringComparison.Ordinal);
        Assert.Equal(JsonDocument.Parse(body).RootElement.GetProperty("StatusQueryGetUri").GetString(), answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task ManagementPayload_WithoutRequest_NamesTheHostsOwnAddress()
    {
        var host = await fixture.StartAsync(services);

        Assert.Equal($"{host.Client.BaseAddress}runtime/webhooks/durabletask/instances/x%20y?{Code}", await host.Client.GetStringAsync("/api/Addresses"));
    }

    [Fact]
    public async Task Status_Completed_Is200InTheRecordedOrder()
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Fan", """{"Id":"7","Items":2}""");
        var body = await StatusAsync(host, id, "Completed");
        using var answer = await host.SendAsync("GET", $"{Api}/instances/{id}?{Code}&showInput=false");

        Assert.Matches(
            $"^{{\"name\":\"Fan\",\"instanceId\":\"{id}\",\"runtimeStatus\":\"Completed\",\"input\":{{\"Id\":\"7\",\"Items\":2}},"
            + "\"customStatus\":{\"step\":\"joined\"},\"output\":\\[\"hello 7-0\",\"hello 7-1\"],"
            + "\"createdTime\":\"[0-9-]{10}T[0-9:]{8}Z\",\"lastUpdatedTime\":\"[0-9-]{10}T[0-9:]{8}Z\"}$",
            body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotNull(answer.Content.Headers.ContentLength);
        Assert.Contains("\"input\":null", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_WithHistory_FoldsCallsIntoResults()
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Fan", """{"Id":"7","Items":1}""");
        var whole = await StatusAsync(host, id, "Completed", "&showHistory=true&showHistoryOutput=true");
        var bare = await StatusAsync(host, id, "Completed", "&showHistory=true");
        var output = await StatusAsync(host, id, "Completed", "&showHistoryOutput=true");

        var events = JsonDocument.Parse(whole).RootElement.GetProperty("historyEvents").EnumerateArray().ToList();
        Assert.Equal(["ExecutionStarted", "TaskCompleted", "ExecutionCompleted"], events.Select(e => e.GetProperty("EventType").GetString()));
        Assert.Equal(
            ["EventType", "Result", "Timestamp", "ScheduledTime", "FunctionName", "Input"], events[1].EnumerateObject().Select(p => p.Name));
        Assert.Equal("hello 7-0", events[1].GetProperty("Result").GetString());
        Assert.Equal("Say", events[1].GetProperty("FunctionName").GetString());
        Assert.DoesNotContain("\"Result\"", bare, StringComparison.Ordinal);
        Assert.DoesNotContain("historyEvents", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_Running_Is202WithLocationAndRetryAfter()
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Waits");
        await StatusAsync(host, id, "Running");
        using var answer = await host.SendAsync("GET", $"{Api}/instances/{id}?{Code}");

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal($"{host.Client.BaseAddress}runtime/webhooks/durabletask/instances/{id}?{Code}", answer.Headers.Location?.ToString());
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter?.Delta);
        Assert.Contains("\"customStatus\":null,\"output\":null", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_UnknownInstance_Is404Empty()
    {
        var host = await fixture.StartAsync(services);
        using var answer = await host.SendAsync("GET", $"{Api}/instances/nobody?{Code}");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?code=wrong")]
    [InlineData($"?code={FunctionHost.HostKey}")]
    public async Task AnyCall_WithoutSystemKey_Is401(string query)
    {
        var host = await fixture.StartAsync(services);
        using var answer = await host.SendAsync("GET", $"{Api}/instances{query}");
        using var byHeader = new HttpRequestMessage(HttpMethod.Get, $"{Api}/instances");
        byHeader.Headers.Add("x-functions-key", FunctionHost.SystemKey);
        using var opened = await host.Client.SendAsync(byHeader);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
    }

    [Fact]
    public async Task Lifecycle_SuspendResumeRaiseEvent_EachIs202Empty()
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Waits");
        await StatusAsync(host, id, "Running");

        await AssertAsync(host, "POST", $"{id}/suspend?reason=because&{Code}", HttpStatusCode.Accepted);
        Assert.Contains("\"output\":\"because\"", await StatusAsync(host, id, "Suspended"), StringComparison.Ordinal);
        await AssertAsync(host, "POST", $"{id}/resume?{Code}", HttpStatusCode.Accepted);
        await StatusAsync(host, id, "Running");
        await AssertAsync(host, "POST", $"{id}/raiseEvent/go?{Code}", HttpStatusCode.Accepted, "\"hi\"");
        Assert.Contains("\"output\":\"got hi\"", await StatusAsync(host, id, "Completed"), StringComparison.Ordinal);

        foreach (var operation in (string[])["suspend", "resume", "terminate", "rewind", "raiseEvent/go"])
        {
            await AssertAsync(host, "POST", $"{id}/{operation}?{Code}", HttpStatusCode.Gone, "1");
            await AssertAsync(host, "POST", $"nobody/{operation}?{Code}", HttpStatusCode.NotFound, "1");
            await AssertAsync(host, "GET", $"{id}/{operation}?{Code}", HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task RaiseEvent_OfSomethingElseThanJson_Is400WithWords()
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Waits");
        using var text = await host.Client.PostAsync($"{Api}/instances/{id}/raiseEvent/go?{Code}", new StringContent("hi"));
        using var broken = await host.SendAsync("POST", $"{Api}/instances/{id}/raiseEvent/go?{Code}", "{");
        using var empty = await host.SendAsync("POST", $"{Api}/instances/{id}/raiseEvent/go?{Code}", "");

        Assert.Equal(HttpStatusCode.BadRequest, text.StatusCode);
        Assert.Equal("{\"Message\":\"Only application/json request content is supported\"}", await text.Content.ReadAsStringAsync());
        foreach (var answer in (HttpResponseMessage[])[broken, empty])
        {
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
            Assert.Equal("Invalid JSON content", error.GetProperty("Message").GetString());
            Assert.All((string[])["ExceptionType", "ExceptionMessage", "StackTrace"], name => Assert.True(error.TryGetProperty(name, out _)));
        }
    }

    [Fact]
    public async Task Terminate_WithReason_IsTheOutputAsText()
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Waits");
        await StatusAsync(host, id, "Running");
        await AssertAsync(host, "POST", $"{id}/terminate?reason=enough&{Code}", HttpStatusCode.Accepted);

        Assert.Contains("\"output\":\"enough\"", await StatusAsync(host, id, "Terminated"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_Instance_Is200OrAsAsked500_AndRewindMendsIt()
    {
        var host = await fixture.StartAsync(services);
        ManagementFunctions.IsBroken = true;
        var id = await ManagementFixture.StartAsync(host, "Fails");
        var body = await StatusAsync(host, id, "Failed");
        using var plain = await host.SendAsync("GET", $"{Api}/instances/{id}?{Code}");
        using var asked = await host.SendAsync("GET", $"{Api}/instances/{id}?{Code}&returnInternalServerErrorOnFailure=true");

        Assert.Contains(
            "\"output\":\"Microsoft.DurableTask.TaskFailedException: Task 'Fragile' (#0) failed with an unhandled exception: boom x\"",
            body,
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, plain.StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, asked.StatusCode);
        Assert.Equal(body, await asked.Content.ReadAsStringAsync());

        ManagementFunctions.IsBroken = false;
        await AssertAsync(host, "POST", $"{id}/rewind?{Code}", HttpStatusCode.Accepted);
        Assert.Contains("\"output\":\"mended x\"", await StatusAsync(host, id, "Completed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_AnswersAsAStart_WithANewIdOrTheSame()
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Fan", """{"Id":"r","Items":1}""");
        await StatusAsync(host, id, "Completed");
        using var anew = await host.SendAsync("POST", $"{Api}/instances/{id}/restart?{Code}");
        using var same = await host.SendAsync("POST", $"{Api}/instances/{id}/restart?restartWithNewInstanceId=false&{Code}");
        using var unknown = await host.SendAsync("POST", $"{Api}/instances/nobody/restart?{Code}");
        var running = await ManagementFixture.StartAsync(host, "Waits");
        using var refused = await host.SendAsync("POST", $"{Api}/instances/{running}/restart?{Code}");

        Assert.Equal(HttpStatusCode.Accepted, anew.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), anew.Headers.RetryAfter?.Delta);
        var payload = JsonDocument.Parse(await anew.Content.ReadAsStringAsync()).RootElement;
        var newId = payload.GetProperty("id").GetString()!;
        Assert.NotEqual(id, newId);
        Assert.Contains("\"output\":[\"hello r-0\"]", await StatusAsync(host, newId, "Completed"), StringComparison.Ordinal);
        Assert.Equal(id, JsonDocument.Parse(await same.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
    }

    [Fact]
    public async Task Start_OverHttp_AnswersWithAllEightAddresses()
    {
        var host = await fixture.StartAsync(services);
        using var answer = await host.SendAsync("POST", $"{Api}/orchestrators/Waits/given-id?{Code}");
        var payload = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.EnumerateObject().ToList();

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("given-id", payload[0].Value.GetString());
        Assert.Equal(9, payload.Count);
        Assert.All(payload[1..], uri =>
            Assert.Matches(new Regex("[?&]taskHub=[^&]+&connection=[^&]+&code=", RegexOptions.None, TimeSpan.FromSeconds(1)), uri.Value.GetString()));
        Assert.Contains("/terminate?reason={text}&", payload[3].Value.GetString(), StringComparison.Ordinal);
        Assert.Equal(payload[1].Value.GetString(), answer.Headers.Location?.ToString());
        Assert.Contains("\"input\":null", await StatusAsync(host, "given-id", "Running"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Nobody", "1", HttpStatusCode.BadRequest)]
    [InlineData("Say", "1", HttpStatusCode.BadRequest)]
    [InlineData("Fan", "{", HttpStatusCode.InternalServerError)]
    public async Task Start_OfWhatCannotStart_IsRefused(string name, string body, HttpStatusCode expected)
    {
        var host = await fixture.StartAsync(services);
        using var answer = await host.SendAsync("POST", $"{Api}/orchestrators/{name}?{Code}", body);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task List_ByPages_ContinuesWhereTheTokenSays()
    {
        var host = await fixture.StartAsync(services);
        foreach (var id in (string[])["page-a", "page-b", "page-c"])
        {
            using var started = await host.SendAsync("POST", $"{Api}/orchestrators/Waits/{id}?{Code}");
        }

        using var first = await host.SendAsync("GET", $"{Api}/instances?instanceIdPrefix=page-&top=2&{Code}");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Api}/instances?instanceIdPrefix=page-&top=2&{Code}");
        request.Headers.Add("x-ms-continuation-token", first.Headers.GetValues("x-ms-continuation-token"));
        using var last = await host.Client.SendAsync(request);
        using var none = await host.SendAsync("GET", $"{Api}/instances?instanceIdPrefix=page-&runtimeStatus=Completed&{Code}");
        using var nonsense = await host.SendAsync("GET", $"{Api}/instances?instanceIdPrefix=page-&runtimeStatus=completed&{Code}");

        Assert.Equal(["page-a", "page-b"], await IdsAsync(first));
        Assert.Equal(["page-c"], await IdsAsync(last));
        Assert.False(last.Headers.Contains("x-ms-continuation-token"));
        Assert.Empty(await IdsAsync(none));
        Assert.Equal(3, (await IdsAsync(nonsense)).Count);
    }

    [Fact]
    public async Task Purge_ById_CountsOneThenNone()
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Waits");
        using var answer = await host.SendAsync("DELETE", $"{Api}/instances/{id}?{Code}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("{\"instancesDeleted\":1}", await answer.Content.ReadAsStringAsync());
        await AssertAsync(host, "DELETE", $"{id}?{Code}", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Purge_ByFilter_NeedsATimeAndFindsSomething()
    {
        var host = await fixture.StartAsync(services);
        using var without = await host.SendAsync("DELETE", $"{Api}/instances?{Code}");
        using var nothing = await host.SendAsync("DELETE", $"{Api}/instances?createdTimeFrom=2999-01-01&{Code}");

        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        Assert.NotEmpty(await without.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
    }

    private static async Task AssertAsync(FunctionHost host, string method, string path, HttpStatusCode status, string? json = null)
    {
        using var answer = await host.SendAsync(method, $"{Api}/instances/{path}", json);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength);
    }

    private static async Task<List<string?>> IdsAsync(HttpResponseMessage list) =>
    [
        .. JsonDocument.Parse(await list.Content.ReadAsStringAsync()).RootElement.EnumerateArray()
            .Select(row => row.GetProperty("instanceId").GetString()),
    ];
}
