using System.Globalization;
using System.Net;
using System.Text.Json;
using FunctionApp.Tests.Hosting;
using static FunctionApp.Tests.EmbeddedFunctions.Management.ManagementFixture;

namespace FunctionApp.Tests.EmbeddedFunctions.Management;

/// <summary>Instances that are deleted by a filter, and large ones that are shown whole.</summary>
[Collection(LocalServicesCollection.Name)]
public sealed class ManagementPurgeTests(LocalServicesFixture services, ManagementFixture fixture) : IClassFixture<ManagementFixture>
{
    [Fact]
    public async Task Purge_ByFilter_DeletesTheEndedOnesOfTheWindowAndStatuses()
    {
        var host = await fixture.StartAsync(services);
        var before = await ManagementFixture.StartAsync(host, "Fan", """{"Id":"p","Items":1}""");
        await StatusAsync(host, before, "Completed");
        var from = await CreatedAfterAsync(host, before);
        var completed = await ManagementFixture.StartAsync(host, "Fan", """{"Id":"p","Items":1}""");
        await StatusAsync(host, completed, "Completed");
        var terminated = await ManagementFixture.StartAsync(host, "Waits");
        using (await host.SendAsync("POST", $"{Api}/instances/{terminated}/terminate?{Code}")) await StatusAsync(host, terminated, "Terminated");
        var running = await ManagementFixture.StartAsync(host, "Waits");

        using var one = await host.SendAsync("DELETE", $"{Api}/instances?createdTimeFrom={from}&runtimeStatus=Terminated&{Code}");
        Assert.Equal([before, completed, running], await FoundAsync(host, before, completed, terminated, running));
        using var rest = await host.SendAsync("DELETE", $"{Api}/instances?createdTimeFrom={from}&{Code}");

        Assert.Equal(HttpStatusCode.OK, one.StatusCode);
        Assert.Equal("""{"instancesDeleted":1}""", await one.Content.ReadAsStringAsync());
        Assert.Equal("""{"instancesDeleted":1}""", await rest.Content.ReadAsStringAsync());
        Assert.Equal([before, running], await FoundAsync(host, before, completed, terminated, running));
    }

    [Fact]
    public async Task Status_OfAMegabyte_ShowsItWhole()
    {
        var host = await fixture.StartAsync(services);
        var text = new string('x', 1_000_000) + " é <&>";
        var id = await ManagementFixture.StartAsync(host, "Waits", JsonSerializer.Serialize(text));
        using var raised = await host.SendAsync("POST", $"{Api}/instances/{id}/raiseEvent/go?{Code}", JsonSerializer.Serialize(text));
        var body = await StatusAsync(host, id, "Completed");

        Assert.Contains($"\"input\":\"{text}\"", body, StringComparison.Ordinal);
        Assert.Contains($"\"output\":\"got {text}\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_ShowsItsReasonWhileRunning()
    {
        var host = await fixture.StartAsync(services);
        var id = await ManagementFixture.StartAsync(host, "Waits");
        using var suspended = await host.SendAsync("POST", $"{Api}/instances/{id}/suspend?reason=because&{Code}");
        Assert.Contains("\"output\":\"because\"", await StatusAsync(host, id, "Suspended"), StringComparison.Ordinal);
        using var resumed = await host.SendAsync("POST", $"{Api}/instances/{id}/resume?reason=enough&{Code}");

        Assert.Contains("\"output\":\"enough\"", await StatusAsync(host, id, "Running"), StringComparison.Ordinal);
    }

    /// <summary>A time between an instance's creation and now, in whole seconds and a fraction as the API takes it.</summary>
    private static async Task<string> CreatedAfterAsync(FunctionHost host, string id)
    {
        using var status = await host.SendAsync("GET", $"{Api}/instances/{id}?showHistory=true&{Code}");
        var history = JsonDocument.Parse(await status.Content.ReadAsStringAsync()).RootElement.GetProperty("historyEvents");
        var ended = history.EnumerateArray().Last().GetProperty("Timestamp").GetDateTime();
        return Uri.EscapeDataString(ended.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
    }

    private static async Task<List<string>> FoundAsync(FunctionHost host, params string[] ids)
    {
        var found = new List<string>();
        foreach (var id in ids)
        {
            using var answer = await host.SendAsync("GET", $"{Api}/instances/{id}?{Code}");
            if (answer.StatusCode != HttpStatusCode.NotFound) found.Add(id);
        }

        return found;
    }
}
