using System.Net.Http.Headers;
using AiSimulator.Jobs;

namespace AiSimulator.Webhooks;

/// <summary>Sends webhooks and retries with a growing pause until the response is a 2xx.</summary>
internal sealed class WebhookSender(SimulatorOptions options, WebhookLog log, IHostApplicationLifetime lifetime) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(15),
    };

    /// <summary>Sends until it is accepted or given up.</summary>
    /// <param name="job">The job that it reports.</param>
    /// <param name="webhook">What to send.</param>
    /// <param name="isForged">For the log; a forged one is sent once.</param>
    /// <param name="firstTry">Completes when the first try has ended, whether it succeeded or not.</param>
    public async Task SendAsync(Job job, Webhook webhook, bool isForged = false, TaskCompletionSource? firstTry = null)
    {
        var pause = options.WebhookRetryDelay;
        try
        {
            for (var attempt = 1; attempt <= (isForged ? 1 : options.WebhookAttempts); attempt++)
            {
                var status = await TryAsync(webhook);
                log.Add(job, webhook, attempt, isForged, status);
                firstTry?.TrySetResult();
                if (status is >= 200 and < 300) return;
                await Task.Delay(pause, options.Clock, lifetime.ApplicationStopping);
                pause *= 2;
            }
        }
        catch (OperationCanceledException)
        {
            // The simulator stops; what was not delivered is lost, as with a provider that goes down.
        }
        finally
        {
            firstTry?.TrySetResult();
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<int?> TryAsync(Webhook webhook)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new StringContent(webhook.Body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            foreach (var (name, value) in webhook.Sign(options.Clock.GetUtcNow())) request.Headers.TryAddWithoutValidation(name, value);
            using var response = await _http.SendAsync(request, lifetime.ApplicationStopping);
            return (int)response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException or UriFormatException
            || (e is OperationCanceledException && !lifetime.ApplicationStopping.IsCancellationRequested))
        {
            return null;
        }
    }
}
