using System.Net;
using System.Text.Json;
using FunctionApp.Tests.Hosting;
using static FunctionApp.Tests.EmbeddedFunctions.Management.ManagementFixture;

namespace FunctionApp.Tests.EmbeddedFunctions.Management;

/// <summary>The management API beyond its beaten tracks: odd queries, ids, methods and bodies.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class ManagementEdgeTests(LocalServicesFixture services, ManagementFixture fixture) : IClassFixture<ManagementFixture>
{
    private const string BadArguments = "One or more of the arguments submitted is incorrect";

    [Theory]
    [InlineData($"?showInput=false&{Code}", true)]
    [InlineData("?showHistory=nonsense", false)]
    public async Task RunningStatus_SaysWhereItself_WithTheQueryAsAsked(string query, bool keyInQuery)
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Waits");
        await StatusAsync(host, id, "Running");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Api}/instances/{id}{query}");
        if (!keyInQuery) request.Headers.Add("x-functions-key", FunctionHost.MasterKey);
        using var answer = await host.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal($"{host.Client.BaseAddress}{Api[1..]}/instances/{id}{query}", answer.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("GET", "/instances/x/terminate")]
    [InlineData("GET", "/orchestrators/Waits")]
    [InlineData("POST", "/instances")]
    [InlineData("POST", "/instances/x/raiseEvent")]
    [InlineData("POST", "/instances/x/nonsense")]
    [InlineData("DELETE", "/instances/x/terminate")]
    [InlineData("GET", "/nonsense")]
    [InlineData("GET", "")]
    public async Task NoSuchPath_Is404WithTheKeyAlone(string method, string path)
    {
        var host = await fixture.StartAsync(services);
        using var without = await host.SendAsync(method, $"{Api}{path}");
        using var with = await host.SendAsync(method, $"{Api}{path}?{Code}");

        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, with.StatusCode);
        Assert.Equal(0, with.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("HEAD", "/instances")]
    [InlineData("OPTIONS", "/instances")]
    [InlineData("PUT", "/instances/x")]
    [InlineData("PATCH", "/instances/x/terminate")]
    public async Task OtherMethods_AreNotThere(string method, string path)
    {
        var host = await fixture.StartAsync(services);
        using var answer = await host.SendAsync(method, $"{Api}{path}?{Code}");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task PathsAndQueries_IgnoreCase_AndATrailingSlash()
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "waits");
        using var status = await host.SendAsync("GET", $"{Api.ToUpperInvariant()}/Instances/{id}/?SHOWINPUT=FALSE&{Code}");
        using var terminated = await host.SendAsync("POST", $"{Api}/instances/{id}/TERMINATE?REASON=enough&{Code}");

        Assert.Contains("\"input\":null", await status.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, terminated.StatusCode);
        Assert.Contains("\"output\":\"enough\"", await StatusAsync(host, id, "Terminated"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("a@b:c")]
    [InlineData("100%")]
    [InlineData("é&+=")]
    [InlineData("a%2Fb")]
    public async Task OddIds_AreFoundByTheirEscapedForm_EverywhereAlike(string id)
    {
        var host = await fixture.StartAsync(services);
        var escaped = Uri.EscapeDataString(id);
        using var started = await host.SendAsync("POST", $"{Api}/orchestrators/Waits/{escaped}?{Code}");
        var payload = JsonDocument.Parse(await started.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(id, payload.GetProperty("id").GetString());

        using var status = await host.Client.GetAsync(payload.GetProperty("statusQueryGetUri").GetString());
        Assert.Equal(id, JsonDocument.Parse(await status.Content.ReadAsStringAsync()).RootElement.GetProperty("instanceId").GetString());
        var raise = payload.GetProperty("sendEventPostUri").GetString()!.Replace("{eventName}", "GO", StringComparison.Ordinal);
        using var raised = await host.SendAsync("POST", raise, "\"x\"");
        Assert.Equal(HttpStatusCode.Accepted, raised.StatusCode);
        Assert.Contains("got x", await StatusAsync(host, escaped, "Completed"), StringComparison.Ordinal);
        using var purged = await host.Client.DeleteAsync(payload.GetProperty("purgeHistoryDeleteUri").GetString());
        Assert.Equal(HttpStatusCode.OK, purged.StatusCode);
    }

    [Theory]
    [InlineData("orchestrators/Nobody", BadArguments)]
    [InlineData("orchestrators/Waits/%40entity", BadArguments)]
    [InlineData("orchestrators/Waits/a%5Cb", BadArguments)]
    [InlineData("orchestrators/Waits?timeout=1&pollingInterval=2", BadArguments)]
    [InlineData("instances/nobody/restart", "InstanceId does not match a valid orchestration instance.")]
    public async Task BadArguments_AreToldWithTheException(string path, string message)
    {
        var host = await fixture.StartAsync(services);
        using var answer = await host.SendAsync("POST", $"{Api}/{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{Code}", "1");
        var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(message, error.GetProperty("Message").GetString());
        Assert.Equal("System.ArgumentException", error.GetProperty("ExceptionType").GetString());
        Assert.NotEmpty(error.GetProperty("ExceptionMessage").GetString()!);
    }

    [Fact]
    public async Task Start_WithATimeout_AnswersWithWhatTheInstanceComesTo()
    {
        var host = await fixture.StartAsync(services);
        const string Wait = $"timeout=30&pollingInterval=0.5&{Code}";
        using var completed = await host.SendAsync("POST", $"{Api}/orchestrators/Fan?{Wait}", """{"Id":"w","Items":1}""");
        using var failed = await host.SendAsync("POST", $"{Api}/orchestrators/FailsAtOnce?{Wait}&returnInternalServerErrorOnFailure=true");
        using var running = await host.SendAsync("POST", $"{Api}/orchestrators/Waits/waited-for?timeout=0.1&pollingInterval=0.1&{Code}");
        using var unread = await host.SendAsync("POST", $"{Api}/orchestrators/Fan?timeout=soon&pollingInterval=1&{Code}", """{"Id":"w","Items":1}""");

        Assert.Equal(HttpStatusCode.OK, completed.StatusCode);
        Assert.Equal("application/json; charset=utf-8", completed.Content.Headers.ContentType?.ToString());
        Assert.Equal("[\"hello w-0\"]", await completed.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Contains("\"runtimeStatus\":\"Failed\"", await failed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, running.StatusCode);
        Assert.Contains("\"id\":\"waited-for\"", await running.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(10), running.Headers.RetryAfter?.Delta);
        Assert.Equal(HttpStatusCode.Accepted, unread.StatusCode);
    }

    [Fact]
    public async Task Restart_WithATimeout_AnswersWithTheOutput()
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Fan", """{"Id":"again","Items":1}""");
        await StatusAsync(host, id, "Completed");
        using var answer = await host.SendAsync("POST", $"{Api}/instances/{id}/restart?timeout=30&pollingInterval=1&{Code}");

        Assert.Equal("[\"hello again-0\"]", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("runtimeStatus=0", 2)]
    [InlineData("runtimeStatus=1", 0)]
    [InlineData("runtimeStatus=Running,Completed", 2)]
    [InlineData("runtimeStatus=Completed&runtimeStatus=Running", 2)]
    [InlineData("runtimeStatus=running", 2)]
    [InlineData("runtimeStatus=Completed,nonsense", 0)]
    [InlineData("runtimeStatus=", 2)]
    [InlineData("createdTimeFrom=2999-01-01", 0)]
    [InlineData("createdTimeTo=1999-01-01", 0)]
    [InlineData("createdTimeFrom=nonsense", 2)]
    [InlineData("createdTimeFrom=2020-01-01T00:00:00Z&createdTimeTo=2999-01-01T00:00:00%2B02:00", 2)]
    [InlineData("top=nonsense", 2)]
    [InlineData("showInput=nonsense", 2)]
    public async Task List_WithAnyQuery_CountsWhatItCanRead(string query, int count)
    {
        var host = await fixture.StartAsync(services);
        foreach (var id in (string[])["listed-a", "listed-b"])
        {
            using var started = await host.SendAsync("POST", $"{Api}/orchestrators/Waits/{id}?{Code}", "1");
        }

        using var answer = await host.SendAsync("GET", $"{Api}/instances?instanceIdPrefix=listed-&{query}&{Code}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(count, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetArrayLength());
    }

    [Fact]
    public async Task History_WithoutInput_ShowsNone_AndThereIsNoneOfWhatHasNotBegun()
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Waits", "\"secret-in\"");
        using var raised = await host.SendAsync("POST", $"{Api}/instances/{id}/raiseEvent/go?{Code}", "\"secret-go\"");
        await StatusAsync(host, id, "Completed");
        var all = await StatusAsync(host, id, "Completed", "&showHistory=true");
        var hidden = await StatusAsync(host, id, "Completed", "&showHistory=true&showInput=false");
        var later = await ScheduleAsync(host);
        var pending = await StatusAsync(host, later, "Pending", "&showHistory=true");

        Assert.Contains("\"EventType\":\"ExecutionStarted\",\"Input\":\"\\\"secret-in\\\"\"", all, StringComparison.Ordinal);
        Assert.Contains("secret-go", all, StringComparison.Ordinal);
        Assert.DoesNotContain("\"Input\"", hidden, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-in", hidden, StringComparison.Ordinal);
        Assert.DoesNotContain("historyEvents", pending, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reasons_AreKeptAsGiven_EmptyOrOdd()
    {
        var host = await fixture.StartAsync(services);
        foreach (var (query, output) in ((string, string)[])
        [
            ("", "null"),
            ("reason=", "\"\""),
            ("reason=a%26b%20%C3%A9", "\"a&b é\""),
            ("reason=a%00b", "\"a\ufffdb\""),
            ("reason=%7B%22a%22%3A1%7D", "{\"a\":1}"),
        ])
        {
            var id = await ManagementFixture.StartAsync(host, "Waits");
            await StatusAsync(host, id, "Running");
            using var suspended = await host.SendAsync("POST", $"{Api}/instances/{id}/suspend?{query}&{Code}");
            Assert.Contains($"\"output\":{output},", await StatusAsync(host, id, "Suspended"), StringComparison.Ordinal);
            using var again = await host.SendAsync("POST", $"{Api}/instances/{id}/suspend?{Code}");
            Assert.Equal(HttpStatusCode.InternalServerError, again.StatusCode);
            using var terminated = await host.SendAsync("POST", $"{Api}/instances/{id}/terminate?{query}&{Code}");
            Assert.Contains($"\"output\":{output},", await StatusAsync(host, id, "Terminated"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("null", "got ")]
    [InlineData(" \"spaced\" ", "got spaced")]
    public async Task RaiseEvent_OfAnyJson_IsDelivered(string json, string output)
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Waits", " ");
        using var raised = await host.SendAsync("POST", $"{Api}/instances/{id}/raiseEvent/go?{Code}", json);

        var status = await StatusAsync(host, id, "Completed");
        Assert.Contains($"\"output\":\"{output}\"", status, StringComparison.Ordinal);
        Assert.Contains("\"input\":null", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_WithoutATime_IsRefusedInJson()
    {
        var host = await fixture.StartAsync(services);
        using var answer = await host.SendAsync("DELETE", $"{Api}/instances?createdTimeFrom=nonsense&{Code}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Contains("createdTimeFrom", JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetString(), StringComparison.Ordinal);
    }

    private static async Task<string> ScheduleAsync(FunctionHost host)
    {
        using var answer = await host.SendAsync("POST", "/api/later/Waits");
        return await answer.Content.ReadAsStringAsync();
    }
}
