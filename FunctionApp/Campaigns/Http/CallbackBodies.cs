using Atelier.Generation;
using Atelier.Generation.Callbacks;
using Atelier.Http;
using Atelier.Problems;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Atelier.Campaigns.Http;

/// <summary>Reads the bodies of callbacks, only a few at a time in this process: anyone can send one.</summary>
/// <remarks>Until its signature is verified, what does not fit into a small buffer is in a temporary file.</remarks>
public sealed class CallbackBodies : IDisposable
{
    // Bodies that may hold an image, up to 64 MiB each.
    private const int MaxLarge = 2;

    // All others.
    private const int MaxSmall = 32;

    private const int MaxInMemory = 64 << 10;

    private const int LeastBytesPerSecond = 16 << 10;

    // How long a body of full length may take.
    private const int FullLengthSeconds = 60;

    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _small = new(MaxSmall);
    private readonly SemaphoreSlim _large = new(MaxLarge);

    /// <summary>Reads a body and verifies its signature.</summary>
    /// <param name="request">The request.</param>
    /// <param name="maxLength">The longest body that is accepted, in bytes.</param>
    /// <param name="signature">What the headers say; not yet verified.</param>
    /// <param name="cancellationToken">The sender has left.</param>
    /// <exception cref="CallbackRefusedException">The signature does not match.</exception>
    /// <exception cref="ApiException">413: the body is too long. 503: too many callbacks are being read.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpRequest request, int maxLength, CallbackSignature signature, CancellationToken cancellationToken)
    {
        RequestBody.CheckLength(request, maxLength);
        var slots = (request.ContentLength ?? maxLength) > ProviderSection.DefaultCallbackLength ? _large : _small;
        if (!await slots.WaitAsync(LongestWait, cancellationToken))
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "callbacks_busy", "Too many callbacks are arriving at the moment.")
            {
                RetryAfter = LongestWait,
            };
        }

        try
        {
            // A sender that is slower would keep others waiting.
            if (request.HttpContext.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
                rate.MinDataRate = new MinDataRate(Math.Max(LeastBytesPerSecond, maxLength / FullLengthSeconds), GracePeriod);
            await using var kept = new FileBufferingReadStream(request.Body, MaxInMemory);
            await RequestBody.ReadAsync(request, kept, maxLength, signature.Append, cancellationToken);
            signature.Verify();
            var body = new byte[kept.Length];
            kept.Position = 0;
            await kept.ReadExactlyAsync(body, cancellationToken);
            return body;
        }
        finally
        {
            slots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _small.Dispose();
        _large.Dispose();
    }
}
