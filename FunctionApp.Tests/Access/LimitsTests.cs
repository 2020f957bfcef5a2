using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using FunctionApp.Tests.Hosting;
using static FunctionApp.Tests.Access.LimitsFixture;

namespace FunctionApp.Tests.Access;

/// <summary>Limits by caller over HTTP, held by two processes together.</summary>
[Collection(HostsCollection.Name)]
public sealed class LimitsTests(LocalServicesFixture services, LimitsFixture app) : IClassFixture<LimitsFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => app.StartAsync(services);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task RequestRate_TwoHosts_CountTogether()
    {
        var responses = await Task.WhenAll(Enumerable.Range(0, RequestsPerMinute * 3 / 2).Select(i =>
            app.Hosts[i % 2].GetAsync("/api/campaigns", ("X-User", "hasty"))));

        var served = responses.Where(response => response.StatusCode == HttpStatusCode.OK).ToList();
        var refused = responses.Where(response => response.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.Equal((RequestsPerMinute, RequestsPerMinute / 2), (served.Count, refused.Count));
        // Each slot was used once, whichever process counted it.
        Assert.Equal(Enumerable.Range(0, RequestsPerMinute), served.Select(response => Number(response, "RateLimit-Remaining")).Order());
        Assert.All(responses, response => Assert.Equal(RequestsPerMinute, Number(response, "RateLimit-Limit")));
        Assert.All(responses, response => Assert.Equal($"{RequestsPerMinute};w=60", response.Header("RateLimit-Policy")));
        Assert.All(responses, response => Assert.InRange(Number(response, "RateLimit-Reset"), 1, 60));
        Assert.All(refused, response => Assert.Equal(Number(response, "RateLimit-Reset"), Number(response, "Retry-After")));
        await refused[0].AssertProblemAsync(429, "rate_limited");

        using var another = await app.Hosts[0].GetAsync("/api/campaigns", ("X-User", "patient"));
        Assert.Equal(HttpStatusCode.OK, another.StatusCode);
    }

    [Fact]
    public async Task RunningLimit_TwoHosts_CountTogetherAndRepeatedKeysAreFree()
    {
        var responses = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
            (Key: $"run-{i}", Response: await PostAsync(app.Hosts[i % 2], "runner", $"run-{i}", images: 1))));

        var accepted = responses.Where(response => response.Response.StatusCode == HttpStatusCode.Accepted).ToList();
        Assert.Equal(MaxRunning, accepted.Count);
        foreach (var (_, response) in responses.Except(accepted))
        {
            await response.AssertProblemAsync(429, "too_many_running");
            Assert.Equal("10", response.Header("Retry-After"));
        }

        foreach (var (key, response) in accepted)
        {
            using var repeated = await PostAsync(app.Hosts[1], "runner", key, images: 1);
            Assert.Equal(response.Headers.Location, repeated.Headers.Location);
        }

        using var me = await app.Hosts[1].GetAsync("/api/me", ("X-User", "runner"));
        var limits = (await me.ReadAsync())["limits"]!;
        Assert.Equal(
            (0, MaxPerDay - MaxRunning), ((int)limits["running"]!["remaining"]!, (int)limits["campaignsPerDay"]!["remaining"]!));
    }

    [Fact]
    public async Task DailyLimit_TwoHosts_CountTogetherAndEndedCampaignsFreeTheRunningLimit()
    {
        for (var i = 0; i < MaxPerDay; i++)
        {
            using var accepted = await PostAsync(app.Hosts[i % 2], "daily", $"day-{i}", images: 0);
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            await EndAsync(app.Hosts[1], accepted.Headers.Location!);
        }

        using var refused = await PostAsync(app.Hosts[1], "daily", "day-more", images: 0);
        using var repeated = await PostAsync(app.Hosts[0], "daily", "day-0", images: 0);

        await refused.AssertProblemAsync(429, "daily_limit");
        Assert.InRange(Number(refused, "Retry-After"), 1, 24 * 60 * 60);
        Assert.Equal(HttpStatusCode.Accepted, repeated.StatusCode);
    }

    private static async Task EndAsync(HttpClient host, Uri campaign)
    {
        string? tag = null;
        while (true)
        {
            (string, string)[] headers = tag is null ? [("X-User", "daily")] : [("X-User", "daily"), ("If-None-Match", tag)];
            using var response = await host.GetAsync($"{campaign}?wait=30", headers);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            tag = response.Header("ETag");
            if ((string)(await response.ReadAsync())["status"]! == "COMPLETE")
            {
                return;
            }
        }
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient host, string user, string key, int images) => host.SendAsync(
        HttpMethod.Post,
        "/api/campaigns",
        [("X-User", user), ("Idempotency-Key", key)],
        new JsonObject { ["prompt"] = key, ["images"] = new JsonObject { ["count"] = images } });

    private static int Number(HttpResponseMessage response, string header) => int.Parse(response.Header(header), CultureInfo.InvariantCulture);
}
