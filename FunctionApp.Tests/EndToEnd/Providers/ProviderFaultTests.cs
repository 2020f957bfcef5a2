using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AiSimulator.Calls;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd.Providers;

/// <summary>Each provider with each fault, over HTTP: the recorded attempts, the provider's calls, and what history and log must not have.</summary>
[Collection(ProvidersCollection.Name)]
public sealed class ProviderFaultTests(LocalServicesFixture services, FaultFixture faults) : IClassFixture<FaultFixture>
{
    private const int MaxHistoryValue = 64 << 10;
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Asked = TimeSpan.FromSeconds(1);

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var (provider, fault) in FaultCase.All) cases.Add(provider, fault);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Fault_Once_IsRecordedAndRetriedIfTransient(string provider, string fault)
    {
        var expected = FaultCase.Of(provider, fault);
        var part = FaultCase.IsText(provider) ? "text" : "image/0";

        var campaign = await faults.EndOfAsync(services, provider, fault);

        var attempts = campaign["failedAttempts"]!.AsArray();
        var summary = string.Join(", ", attempts.Select(attempt => $"{attempt!["part"]} {attempt["attempt"]} {attempt["code"]}: {attempt["message"]}"));
        var isComplete = !expected.IsFinal;
        Assert.Equal($"{(isComplete ? "COMPLETE" : "FAILED")} {(expected.Code is null ? "" : $"{part} 1 {expected.Code}")}",
            $"{campaign["status"]} {string.Join(", ", attempts.Select(attempt => $"{attempt!["part"]} {attempt["attempt"]} {attempt["code"]}"))}");
        var made = FaultCase.IsText(provider) ? campaign["text"]! : campaign["images"]![0]!;
        Assert.Equal(isComplete ? "COMPLETE" : "FAILED", (string)made["status"]!);
        Assert.Equal(provider, (string)made["provider"]!);
        Assert.Equal(expected.IsFinal ? expected.Code : null, (string?)campaign["error"]?["code"]);
        Assert.All(FaultFixture.Secrets, secret => Assert.DoesNotContain(secret, summary, StringComparison.Ordinal));

        var calls = faults.Atelier.Calls((string)campaign["id"]!, part, part == "text" ? Operations.Text : Operations.Image);
        var again = expected is { Code: not null, IsFinal: false };
        Assert.Equal(again ? 2 : 1, calls.Count);
        if (!again)
        {
            Assert.All(attempts, attempt => Assert.Null((long?)attempt!["retryInMs"]));
            return;
        }

        var delay = TimeSpan.FromMilliseconds((long)attempts[0]!["retryInMs"]!);
        Assert.True(delay >= (fault == "429" ? Asked : FirstInterval), $"The delay is {delay}.");
        Assert.True(calls[1].Time - calls[0].Time >= delay, $"{delay} was the delay, and the next call came after {calls[1].Time - calls[0].Time}.");
    }

    [Theory]
    [InlineData("openai", "retry-after=2")]
    [InlineData("replicate", "retry-after-ms=2000")]
    [InlineData("callback", "retry-after-date=3")]
    public async Task RetryAfter_InEachSpelling_IsWaitedFor(string provider, string spelling)
    {
        await faults.Atelier.StartAsync(services);
        var id = await faults.StartAsync(provider, $"A harbour [[fault: image/0 429 {spelling}]]");

        var campaign = await faults.Atelier.Api.EndOfAsync(id);

        Assert.Equal("COMPLETE", (string)campaign["status"]!);
        var calls = faults.Atelier.Calls(id, "image/0", Operations.Image);
        Assert.Equal(2, calls.Count);
        // A date has whole seconds: of three, at least two are left.
        Assert.True(calls[1].Time - calls[0].Time >= TimeSpan.FromSeconds(2), $"The next call came after {calls[1].Time - calls[0].Time}.");
    }

    [Theory]
    [InlineData("replicate")]
    [InlineData("callback")]
    public async Task Download_FailsOnce_IsRetriedWithoutAnotherOrder(string provider)
    {
        await faults.Atelier.StartAsync(services);
        var id = await faults.StartAsync(provider, "A windmill [[fault: download 503]]");

        var campaign = await faults.Atelier.Api.EndOfAsync(id);

        Assert.Equal("COMPLETE", (string)campaign["status"]!);
        Assert.Equal("server_error", (string)Assert.Single(campaign["failedAttempts"]!.AsArray())!["code"]!);
        Assert.Single(faults.Atelier.Calls(id, "image/0", Operations.Image));
        Assert.Equal(2, faults.Atelier.Calls(id, "image/0", Operations.Download).Count);
    }

    [Theory]
    [InlineData("replicate")]
    [InlineData("callback")]
    public async Task Callback_LostAndPollsFailing_ImageIsStillMade(string provider)
    {
        await faults.Atelier.StartAsync(services);
        var id = await faults.StartAsync(provider, "A bridge [[fault: image/0 callback-lost]] [[fault: poll 503]]");

        var campaign = await faults.Atelier.Api.EndOfAsync(id);

        Assert.Equal("COMPLETE", (string)campaign["status"]!);
        Assert.Empty(campaign["failedAttempts"]!.AsArray());
        Assert.Single(faults.Atelier.Calls(id, "image/0", Operations.Image));
        Assert.Equal(2, faults.Atelier.Calls(id, "image/0", Operations.Poll).Count);
    }

    [Theory]
    [InlineData("replicate")]
    [InlineData("callback")]
    public async Task StuckJob_IsCanceledAtTheProvider(string provider)
    {
        var campaign = await faults.EndOfAsync(services, provider, "job-stuck");

        Assert.Single(faults.Atelier.Calls((string)campaign["id"]!, "image/0", Operations.Cancel));
    }

    [Fact]
    public async Task Providers_OneFails_TheOtherStillMakesItsParts()
    {
        await faults.Atelier.StartAsync(services);
        using var response = await faults.Atelier.Api.PostAsync(new JsonObject
        {
            ["prompt"] = "A market [[fault: text 400]]",
            ["images"] = new JsonObject { ["count"] = 2 },
            ["providers"] = new JsonObject { ["text"] = "gemini", ["image"] = "replicate" },
        });
        var id = (string)(await CampaignApi.ReadAsync(response))["id"]!;

        var campaign = await faults.Atelier.Api.EndOfAsync(id);

        Assert.Equal("FAILED", (string)campaign["status"]!);
        Assert.Equal("FAILED", (string)campaign["text"]!["status"]!);
        Assert.All(campaign["images"]!.AsArray(), image => Assert.Equal("COMPLETE", (string)image!["status"]!));
    }

    [Theory]
    [InlineData("replicate")]
    [InlineData("callback")]
    public async Task Metrics_OfAnAsynchronousProvider_CountOrdersPollsAndDownloads(string provider)
    {
        await faults.Atelier.StartAsync(services);
        var before = await MetricsAsync(provider);
        var id = await faults.StartAsync(provider, "A jetty [[fault: image/0 503]] [[fault: image/0 callback-lost]] [[fault: poll 500]]");

        await faults.Atelier.Api.EndOfAsync(id);

        var after = await MetricsAsync(provider);
        // The campaigns of other tests are counted in the same process.
        double Grown(string family, string kind, string code) => after.GetValueOrDefault((family, kind, code)) - before.GetValueOrDefault((family, kind, code));
        Assert.All(
            [("image", "server_error"), ("image", "ok"), ("poll", "server_error"), ("poll", "ok"), ("download", "ok")],
            series => Assert.True(Grown("atelier_provider_duration_seconds_count", series.Item1, series.Item2) >= 1, $"{series} has not grown."));
        Assert.True(Grown("atelier_part_attempts_total", "image", "server_error") >= 1);
        Assert.True(Grown("atelier_part_attempts_total", "image", "ok") >= 1);
    }

    [Fact]
    public async Task HistoryAndLog_AfterEveryFault_HaveNoSecretAndNoImage()
    {
        foreach (var (provider, fault) in FaultCase.All) await faults.EndOfAsync(services, provider, fault);

        var rows = await faults.Atelier.HistoryAsync();
        Assert.True(rows.Count > FaultCase.All.Count(), $"There are {rows.Count} events.");
        Assert.True(rows.Max(row => row.Length) < MaxHistoryValue, $"The longest event has {rows.Max(row => row.Length)} characters.");
        var history = string.Join('\n', rows);
        // It has every activity of synchronous and asynchronous parts.
        Assert.All(
            (string[])["GenerateText", "GenerateImage", "SubmitImage", "PollImage", "StoreImage", "image/0"],
            step => Assert.Contains($"\"{step}\"", history, StringComparison.Ordinal));
        foreach (var text in new[] { history, faults.Atelier.HostOutput })
        {
            Assert.All(FaultFixture.Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
            // How PNG and JPEG begin in base64.
            Assert.DoesNotContain("iVBORw0KGgo", text, StringComparison.Ordinal);
            Assert.DoesNotContain("/9j/4AAQ", text, StringComparison.Ordinal);
        }
    }

    private async Task<Dictionary<(string Family, string Kind, string Code), double>> MetricsAsync(string provider)
    {
        var text = await faults.Atelier.Api.Http.GetStringAsync("/api/metrics");
        var samples = Regex.Matches(
            text, $$"""^(?<family>\w+)\{code="(?<code>\w+)",kind="(?<kind>\w+)",provider="{{provider}}"\} (?<value>[0-9.]+)$""", RegexOptions.Multiline);
        return samples.ToDictionary(
            sample => (sample.Groups["family"].Value, sample.Groups["kind"].Value, sample.Groups["code"].Value),
            sample => double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture));
    }
}
