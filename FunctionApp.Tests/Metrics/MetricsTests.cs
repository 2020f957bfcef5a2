using System.Globalization;
using System.Text.RegularExpressions;
using Atelier.Operations.Metrics;
using FunctionApp.Tests.EndToEnd;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.Metrics;

[Collection(EndToEndCollection.Name)]
public sealed partial class MetricsTests(LocalServicesFixture services, AtelierFixture atelier) : IClassFixture<AtelierFixture>
{
    [Fact]
    public async Task Metrics_AfterAFailedAttempt_CountIt()
    {
        var api = await atelier.StartAsync(services);
        await api.EndOfAsync(await api.StartAsync("Counted [[fault: image/0 429 x1 retry-after-ms=20]]"));

        using var response = await api.Http.GetAsync("/api/metrics");
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var samples = ReadExposition(text);
        Assert.Equal(1, samples["atelier_campaigns_accepted_total"]);
        Assert.Equal(1, samples["""atelier_campaigns_ended_total{status="COMPLETE"}"""]);
        Assert.Equal(1, samples["""atelier_part_attempts_total{code="ok",kind="image",provider="openai"}"""]);
        Assert.Equal(1, samples["""atelier_part_attempts_total{code="rate_limited",kind="image",provider="openai"}"""]);
        Assert.Equal(1, samples["""atelier_provider_duration_seconds_count{code="ok",kind="text",provider="openai"}"""]);
        Assert.Equal(0, samples["atelier_campaigns_running"]);
        Assert.Equal(0, samples["atelier_outbox_lag_seconds"]);
        Assert.Contains(samples, sample => sample.Key.StartsWith("dotnet_gc_collections_total", StringComparison.Ordinal));
        Assert.Contains(samples, sample => sample.Key.StartsWith("durable_orchestrations_ended_total", StringComparison.Ordinal));
    }

    [Fact]
    public void Labels_UnknownTags_AreLeftOut() =>
        Assert.Equal("code=\"ok\"", PrometheusText.Labels([new("server.address", "hooks.example.org"), new("code", "ok"), new("dns.question.name", "a")]));

    [Fact]
    public async Task Ready_NamesEveryProviderWithItsLatency()
    {
        var api = await atelier.StartAsync(services);

        using var response = await api.Http.GetAsync("/api/health/ready");

        var checks = (await CampaignApi.ReadAsync(response))["checks"]!.AsArray();
        string[] names = [.. checks.Select(check => (string)check!["name"]!)];
        Assert.Equal(["postgres", "blobs", "engine"], names.Take(3));
        Assert.All(names.Skip(3), name => Assert.StartsWith("provider:", name, StringComparison.Ordinal));
        Assert.Equal("ok", (string)checks.Single(check => (string)check!["name"]! == "provider:openai")!["status"]!);
    }

    [Fact]
    public void Exposition_AwkwardNamesAndLabels_IsValid()
    {
        var counter = new MetricFamily(PrometheusText.Name("a.b-c", "{thing}", MetricKind.Counter), "Back\\slash\nand line", MetricKind.Counter, []);
        counter.Find([new("http.route", "quote \" slash \\ line \n end"), new("none", null)])!.Add(2);
        var histogram = new MetricFamily(PrometheusText.Name("took", "s", MetricKind.Histogram), "", MetricKind.Histogram, [0.5, 1]);
        foreach (var sample in (double[])[0.1, 0.5, 0.7, 9])
            histogram.Find([])!.Sample(sample, histogram.Bounds);

        var samples = ReadExposition(PrometheusText.Write([counter, histogram]));

        Assert.Equal(2, samples["""a_b_c_total{http_route="quote \" slash \\ line \n end"}"""]);
        Assert.Equal(2, samples["""took_seconds_bucket{le="0.5"}"""]);
        Assert.Equal(3, samples["""took_seconds_bucket{le="1"}"""]);
        Assert.Equal(4, samples["""took_seconds_bucket{le="+Inf"}"""]);
        Assert.Equal(4, samples["took_seconds_count"]);
    }

    /// <summary>Reads an exposition as the format's definition says, strictly.</summary>
    private static Dictionary<string, double> ReadExposition(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        var family = "";
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
                continue;
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                family = words[2];
                // All series of a family are together.
                Assert.True(types.TryAdd(family, words[3]), line);
                Assert.Contains(words[3], (string[])["counter", "gauge", "histogram"]);
                continue;
            }

            var match = Sample().Match(line);
            Assert.True(match.Success, line);
            var name = match.Groups["name"].Value;
            Assert.True(types[family] == "histogram" ? SuffixOfHistogram().Replace(name, "") == family : name == family, line);
            Assert.True(samples.TryAdd(line[..line.LastIndexOf(' ')], double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)), line);
        }
        return samples;
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\[\\n"])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\[\\n"])*")*\})? (?<value>-?[0-9.E+-]+)$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Sample();

    [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.ExplicitCapture)]
    private static partial Regex SuffixOfHistogram();
}
