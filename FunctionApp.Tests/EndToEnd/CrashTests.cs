using System.Text.Json.Nodes;
using FunctionApp.Tests.Hosting;

namespace FunctionApp.Tests.EndToEnd;

/// <summary>The guarantee behind the 202: what was accepted reaches its end, whichever process dies.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class CrashTests(LocalServicesFixture services)
{
    private const int Campaigns = 200;
    private const int Concurrency = 32;

    /// <summary>host.json's limit of concurrent activities: no more provider calls can be under way when the process dies.</summary>
    private const int MaxInFlight = 100;

    [Fact]
    public async Task Kill_DuringCampaigns_LosesNothingAndRepeatsOnlyCallsInFlight()
    {
        await using var atelier = new AtelierFixture { ImageLatency = TimeSpan.FromMilliseconds(300), PlainPictures = true };
        var api = await atelier.StartAsync(services);
        var accepted = new System.Collections.Concurrent.ConcurrentBag<string>();
        var next = -1;
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        async Task PostManyAsync()
        {
            while (Interlocked.Increment(ref next) is var number && number < Campaigns)
            {
                var key = $"crash-{number}";
                var body = new JsonObject { ["prompt"] = $"Campaign {number}", ["images"] = new JsonObject { ["count"] = 2 } };
                await Eventually.TrueAsync(async () =>
                {
                    try
                    {
                        using var response = await atelier.Api.PostAsync(body.DeepClone(), key);
                        response.EnsureSuccessStatusCode();
                        accepted.Add((string)(await CampaignApi.ReadAsync(response))["id"]!);
                        if (accepted.Count >= Campaigns / 2)
                        {
                            enough.TrySetResult();
                        }

                        return true;
                    }
                    catch (HttpRequestException)
                    {
                        // The host is down: a client without a response repeats its request under the same key.
                        return false;
                    }
                });
            }
        }

        var posting = Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => PostManyAsync()));
        await enough.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.TrueAsync(() => Task.FromResult(atelier.RunningCalls > 0));
        await atelier.KillAndRestartAsync();
        await posting;
        api = atelier.Api;

        Assert.Equal(Campaigns, accepted.Distinct().Count());
        foreach (var id in accepted)
        {
            var campaign = await api.EndOfAsync(id, TimeSpan.FromMinutes(2));
            Assert.Equal("COMPLETE", (string)campaign["status"]!);
            for (var image = 0; image < 2; image++)
            {
                using var picture = await api.Http.GetAsync($"/api/campaigns/{id}/images/{image}");
                Assert.True(picture.IsSuccessStatusCode);
                Assert.NotEmpty(await picture.Content.ReadAsByteArrayAsync());
            }
        }

        var repeats = 0;
        foreach (var id in accepted)
        {
            foreach (var part in (string[])["text", "image/0", "image/1"])
            {
                var calls = atelier.CallsOf(id, part).Calls;
                Assert.InRange(calls, 1, 2);
                repeats += calls - 1;
            }
        }

        Assert.InRange(repeats, 0, MaxInFlight);
    }
}
