using AiSimulator.Calls;
using AiSimulator.Http;
using AiSimulator.Providers;

namespace AiSimulator.Faults;

/// <summary>Plays faults on the wire, and sends the responses that have none.</summary>
internal sealed class FaultPlayer(SimulatorOptions options, Latency latency, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan DefaultDrip = TimeSpan.FromSeconds(10);

    /// <summary>How a fault ended that needs no true response; null status where the connection was cut.</summary>
    internal sealed record Played(int? Status);

    /// <summary>Plays a fault that replaces the response; null where the true response has to be made first.</summary>
    public async Task<Played?> PlayInsteadAsync(HttpContext http, Dialect dialect, CallRecord call, Fault fault)
    {
        if (FaultKinds.NeedsResponse(fault.Kind)) return null;
        switch (fault.Kind)
        {
            case FaultKind.Timeout:
                await HoldAsync(http, fault.Delay ?? LongestHold);
                http.Abort();
                return new Played(null);

            case FaultKind.Reset:
                http.Abort();
                return new Played(null);
        }

        await Task.Delay(latency.OfRefusal(call), options.Clock, http.RequestAborted);
        var reply = fault.Kind switch
        {
            FaultKind.Empty => dialect.Empty(call.Operation),
            FaultKind.ContentType => Reply.Text(200, "text/html; charset=utf-8", "<!doctype html><title>Welcome</title><p>This is not the API.</p>"),
            FaultKind.ErrorInSuccess => dialect.Error(Failure.Of(new Fault(FaultKind.RateLimit), call.Operation)) with { Status = 200 },
            _ => dialect.Error(Failure.Of(fault, call.Operation)),
        };
        foreach (var (name, value) in fault.RetryHeaders(options.Clock.GetUtcNow())) reply = reply.With(name, value);
        return new Played(await SendAsync(http, reply));
    }

    /// <summary>Sends a response, spoilt where the fault asks for that. Returns the status sent, null when the connection was cut.</summary>
    public async Task<int?> SendAsync(HttpContext http, Reply reply, Fault? fault = null)
    {
        var response = http.Response;
        var body = fault?.Kind == FaultKind.Malformed ? reply.Body[..(reply.Body.Length * 3 / 4)] : reply.Body;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        response.ContentLength = body.Length;
        foreach (var (name, value) in reply.Headers) response.Headers[name] = value;

        switch (fault?.Kind)
        {
            case FaultKind.Cut:
                // A body shorter than its announced length makes the server close the connection once what there is has been sent;
                // aborting it could take back even the headers.
                await response.Body.WriteAsync(body[..(body.Length / 2)], http.RequestAborted);
                await response.Body.FlushAsync(http.RequestAborted);
                return null;
            case FaultKind.Slow:
                await DripAsync(http, body, fault.Delay ?? DefaultDrip);
                break;
            default:
                await response.Body.WriteAsync(body, http.RequestAborted);
                break;
        }
        return reply.Status;
    }

    private async Task DripAsync(HttpContext http, ReadOnlyMemory<byte> body, TimeSpan over)
    {
        const int Drops = 40;
        var size = Math.Max(1, body.Length / Drops);
        for (var at = 0; at < body.Length; at += size)
        {
            await http.Response.Body.WriteAsync(body.Slice(at, Math.Min(size, body.Length - at)), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(over / Drops, options.Clock, http.RequestAborted);
        }
    }

    private async Task HoldAsync(HttpContext http, TimeSpan time)
    {
        // A held call must not hold up the simulator's own end.
        using var held = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await Task.Delay(time, options.Clock, held.Token);
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            // The client has gone, or the simulator stops.
        }
    }
}
