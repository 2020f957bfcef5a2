using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Text;
using Atelier.Persistence;

namespace Atelier.Notifications.Webhooks;

/// <summary>Sends messages to webhooks, in a way that cannot be used to reach what only this service can reach (SSRF).</summary>
/// <remarks>No redirects, no proxy, no cookies, no decompression; the connection goes where <see cref="WebhookTarget"/> allows.</remarks>
public sealed class WebhookClient : IDisposable
{
    /// <summary>How much of a response's body is kept, in bytes.</summary>
    internal const int MaxKept = 1024;

    private readonly HttpClient _http;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _timeProvider;

    /// <summary>A client for all webhooks of the process.</summary>
    public WebhookClient(WebhookTarget target, WebhookOptions options, TimeProvider timeProvider)
    {
        _options = options;
        _timeProvider = timeProvider;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 16,
            MeterFactory = NoMeters.Instance,
            // A host name is resolved again after this time.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
            ConnectCallback = (context, token) => target.ConnectAsync(context.DnsEndPoint, token),
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Makes one attempt. Never throws but when it is canceled.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="keys">The signing keys: the receiver accepts the message when it knows one of them.</param>
    /// <param name="id">The message's id, the same at each attempt.</param>
    /// <param name="body">The message.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    public async Task<WebhookResponse> SendAsync(string url, IReadOnlyList<byte[]> keys, string id, string body, CancellationToken cancellationToken)
    {
        var now = _timeProvider.GetUtcNow();
        var start = _timeProvider.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", string.Join(' ', keys.Select(key => WebhookSignature.Sign(key, id, now, body))));
        request.Headers.UserAgent.ParseAdd("Atelier-Webhooks/1");

        using var timeout = new CancellationTokenSource(_options.Timeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return new WebhookResponse(response.StatusCode, await ReadStartAsync(response, either.Token), Failure: null)
            {
                RetryAfter = RetryAfterOf(response),
                Duration = _timeProvider.GetElapsedTime(start),
            };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookResponse(Status: null, Body: null, ToFailure(exception)) { Duration = _timeProvider.GetElapsedTime(start) };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // RFC 9110, section 10.2.3: in seconds, or as a date.
    private TimeSpan? RetryAfterOf(HttpResponseMessage response) =>
        response is { StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, Headers.RetryAfter: { } asked }
            ? asked.Delta ?? asked.Date - _timeProvider.GetUtcNow()
            : null;

    // The status decides: whether the body arrives makes no difference.
    private static async Task<string?> ReadStartAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var start = new byte[MaxKept];
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var length = await body.ReadAtLeastAsync(start, MaxKept, throwOnEndOfStream: false, cancellationToken);
            return length == 0 ? null : StorableText.From(Encoding.UTF8.GetString(start, 0, length));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    private static string ToFailure(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is TargetNotAllowedException)
                return WebhookResponse.NotAllowed;
        }
        return exception is OperationCanceledException ? WebhookResponse.TimedOut : WebhookResponse.Unreachable;
    }

    // Hosts and status codes are chosen by callers: they are in no metric. A meter that is disposed publishes nothing.
    private sealed class NoMeters : IMeterFactory
    {
        public static readonly NoMeters Instance = new();

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            meter.Dispose();
            return meter;
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>The outcome of an attempt.</summary>
/// <param name="Status">The response's status; <see langword="null"/> where there was no response.</param>
/// <param name="Body">The first kilobyte of the response's body.</param>
/// <param name="Failure">Code of why there was no response.</param>
public sealed record WebhookResponse(HttpStatusCode? Status, string? Body, string? Failure)
{
    /// <summary>The host resolves to an address that is not public.</summary>
    public const string NotAllowed = "target_not_allowed";

    /// <summary>No response in time.</summary>
    public const string TimedOut = "timeout";

    /// <summary>No connection, or a broken one.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>How long a receiver that is busy (429, 503) asks to wait; <see langword="null"/> where it does not ask.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How long the attempt took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether the receiver has the message: it responded with a 2xx status.</summary>
    public bool IsSuccess => (int?)Status is >= 200 and <= 299;
}
