using System.ClientModel.Primitives;

namespace Atelier.Generation.Http;

/// <summary>A response of a provider, read to its end within its limit.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Header">Gives a header's value by name, without regard to case, or null.</param>
/// <param name="Body">The body, which parsing changes in place.</param>
internal sealed record ProviderResponse(int Status, Func<string, string?> Header, Memory<byte> Body)
{
    /// <summary>Whether the status is a success.</summary>
    public bool IsSuccess => Status is >= 200 and <= 299;

    /// <summary>Reads a response of an HTTP client.</summary>
    /// <exception cref="ResponseTooLongException">It is longer than it may be.</exception>
    public static async Task<ProviderResponse> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new ProviderResponse(
            (int)response.StatusCode,
            name => response.Headers.TryGetValues(name, out var values) ? values.First() : null,
            await ReadAsync(body, cancellationToken));
    }

    /// <summary>Reads a response of a client package, which has not been buffered.</summary>
    /// <exception cref="ResponseTooLongException">It is longer than it may be.</exception>
    public static async Task<ProviderResponse> ReadAsync(PipelineResponse response, CancellationToken cancellationToken)
    {
        await using var body = response.ContentStream ?? Stream.Null;
        return new ProviderResponse(
            response.Status,
            name => response.Headers.TryGetValue(name, out var value) ? value : null,
            await ReadAsync(body, cancellationToken));
    }

    // The buffer grows with the bytes received, not with the announced length.
    private static async Task<Memory<byte>> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var read = new MemoryStream();
        await body.CopyToAsync(read, cancellationToken);
        return read.GetBuffer().AsMemory(0, (int)read.Length);
    }
}
