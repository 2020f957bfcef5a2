using System.Net.Http.Headers;
using System.Text;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Primitives;

namespace EmbeddedFunctions.Http;

/// <summary>Sends the requests of orchestrations.</summary>
internal sealed class DurableHttp : IDisposable
{
    /// <summary>The activity's name in histories, as in the official extension.</summary>
    public const string ActivityName = "BuiltIn::HttpActivity";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    // Addresses may come to name other machines while the process lives.
    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionLifetime = ConnectionLifetime })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <param name="input">The request as JSON.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for the answer any more.</param>
    /// <returns>The answer as JSON.</returns>
    /// <exception cref="HttpRequestException">There was no answer, or one that counts as a failure.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task<string?> SendAsync(string? input, CancellationToken cancellationToken)
    {
        var request = (DurableHttpRequest?)JsonDataConverter.Worker.Deserialize(input, typeof(DurableHttpRequest))
            ?? throw new ArgumentException("There is no request to send.", nameof(input));
        var timeout = request.Timeout ?? DefaultTimeout;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using var message = MessageOf(request);
            using var answer = await _client.SendAsync(message, limit.Token);
            Check(request.HttpRetryOptions, answer);
            return JsonDataConverter.Worker.Serialize(new DurableHttpResponse(answer.StatusCode)
            {
                Headers = HeadersOf(answer),
                Content = await answer.Content.ReadAsStringAsync(limit.Token),
            });
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{request.Method} {request.Uri} had no answer in {timeout:c}.", exception);
        }
    }

    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage MessageOf(DurableHttpRequest request)
    {
        var message = new HttpRequestMessage(request.Method, request.Uri);
        var contentType = "text/plain";
        foreach (var (name, values) in request.Headers ?? new Dictionary<string, StringValues>(StringComparer.Ordinal))
        {
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) contentType = values.ToString();
            else message.Headers.Add(name, (IEnumerable<string?>)values);
        }

        if (request.Content is null) return message;
        message.Content = new StringContent(request.Content, Encoding.UTF8);
        message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return message;
    }

    private static void Check(HttpRetryOptions? options, HttpResponseMessage answer)
    {
        if (options is null) return;
        if (options.StatusCodesToRetry.Count == 0) answer.EnsureSuccessStatusCode();
        else if (options.StatusCodesToRetry.Contains(answer.StatusCode))
        {
            throw new HttpRequestException($"Status code {answer.StatusCode} received, retry requested.", inner: null, answer.StatusCode);
        }
    }

    private static Dictionary<string, StringValues> HeadersOf(HttpResponseMessage answer) => answer.Headers.Concat(answer.Content.Headers)
        .ToDictionary(header => header.Key, header => new StringValues([.. header.Value]), StringComparer.OrdinalIgnoreCase);
}
