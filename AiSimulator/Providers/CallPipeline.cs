using System.Text.Json.Nodes;
using AiSimulator.Calls;
using AiSimulator.Faults;
using AiSimulator.Http;

namespace AiSimulator.Providers;

/// <summary>What the pipeline has to know about a request, whatever its format.</summary>
internal interface IPromptRequest
{
    /// <summary>Everything that may hold directives.</summary>
    string Prompt { get; }

    string? Model { get; }

    /// <summary>The field that may name campaign and part.</summary>
    string? User { get; }

    /// <summary>The address that may name campaign and part.</summary>
    string? Webhook => null;
}

/// <summary>A call that passed its checks and has no response yet.</summary>
/// <param name="Record">Its entry in the log.</param>
/// <param name="Fault">What the provider itself has to spoil: a job, a picture, a finish reason.</param>
/// <param name="BaseUrl">The address that the client used, without path.</param>
internal sealed record Call(CallRecord Record, Fault? Fault, string BaseUrl)
{
    private const int Variations = 100;

    private readonly CallIdentity _identity = new(Record.Campaign, Record.Part, IsGiven: true);

    public int Index => _identity.Index;

    public int Variation => _identity.Variation;

    /// <summary>The place of its picture in the series of a prompt; with a seed it is always the same one.</summary>
    public int PlaceOf(long? seed) => seed is null or < 0 ? Index + (Variations * Variation) : Index;
}

/// <summary>
/// The steps of every provider call: key, rate, body, log, fault, latency, response. Providers only read their request and make
/// their response.
/// </summary>
internal sealed class CallPipeline(SimulatorOptions options, CallLog log, FaultBook faults, RateWindow rates, Latency latency, FaultPlayer player)
{
    /// <summary>Runs a call whose request is a JSON body.</summary>
    /// <param name="http">The exchange.</param>
    /// <param name="dialect">The provider.</param>
    /// <param name="operation">One of <see cref="Operations"/>.</param>
    /// <param name="read">Reads the request; throws <see cref="InvalidRequestException"/>.</param>
    /// <param name="respond">Makes the response; runs while the latency passes.</param>
    /// <param name="isAccepted">Whether the response only accepts a job, so that the latency is the job's and not the call's.</param>
    public async Task RunAsync<TRequest>(
        HttpContext http,
        Dialect dialect,
        string operation,
        Func<JsonObject, TRequest> read,
        Func<TRequest, Call, CancellationToken, Task<Reply>> respond,
        bool isAccepted = false)
        where TRequest : IPromptRequest
    {
        var (request, problem) = (default(TRequest), default(InvalidRequestException));
        try
        {
            request = read(await JsonBody.ReadAsync(http.Request, http.RequestAborted));
        }
        catch (InvalidRequestException e)
        {
            problem = e;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return;
        }
        await RunAsync(
            http, dialect, operation, request?.Prompt ?? "", request?.Model, request?.User, request?.Webhook, problem,
            (call, cancellation) => respond(request!, call, cancellation), isAccepted);
    }

    /// <summary>Runs a call that belongs to a job: it shares the job's prompt, and so its directives, and its identity.</summary>
    public Task RunForJobAsync(
        HttpContext http, Dialect dialect, string operation, Jobs.Job? job, Func<Jobs.Job, Call, CancellationToken, Task<Reply>> respond) =>
        RunAsync(
            http, dialect, operation, job?.Prompt ?? "", job?.Model, job is null ? null : $"{job.Campaign}/{job.Part}", null, null,
            (call, cancellation) => job is null
                ? Task.FromResult(dialect.Error(new Failure(FaultKind.Invalid, operation, "There is no such job.", Code: "not_found")))
                : respond(job, call, cancellation),
            isAccepted: true);

    private async Task RunAsync(
        HttpContext http,
        Dialect dialect,
        string operation,
        string prompt,
        string? model,
        string? user,
        string? webhook,
        InvalidRequestException? problem,
        Func<Call, CancellationToken, Task<Reply>> respond,
        bool isAccepted)
    {
        var identity = CallIdentity.Given(http.Request.Headers[CallIdentity.Header], user, webhook);
        var record = log.Begin(dialect.Provider, operation, identity, prompt, model);
        var end = new Ending("aborted", null);
        try
        {
            var rate = rates.Count(dialect.Provider);
            dialect.Decorate(http.Response.Headers, record, rate);
            end = await RespondAsync(http, dialect, record, identity, prompt, rate, problem, respond, isAccepted);
        }
        catch (Exception e) when (http.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The client went away. The log records that; there is no one to respond to.
        }
        finally
        {
            log.End(record, end.Outcome, end.Status, end.IsOk);
        }
    }

    private async Task<Ending> RespondAsync(
        HttpContext http,
        Dialect dialect,
        CallRecord record,
        CallIdentity? identity,
        string prompt,
        RateWindow.State rate,
        InvalidRequestException? problem,
        Func<Call, CancellationToken, Task<Reply>> respond,
        bool isAccepted)
    {
        var cancellation = http.RequestAborted;
        async Task<Ending> Refuse(string outcome, Failure failure, Fault? retry = null)
        {
            var reply = dialect.Error(failure);
            foreach (var (name, value) in retry?.RetryHeaders(options.Clock.GetUtcNow()) ?? []) reply = reply.With(name, value);
            await player.SendAsync(http, reply);
            return new Ending(outcome, reply.Status);
        }

        if (options.ApiKey is { Length: > 0 } key && !dialect.IsAuthorized(http.Request, key))
            return await Refuse("unauthorized", Failure.Of(new Fault(FaultKind.Unauthorized), record.Operation));
        if (rate.IsExceeded)
        {
            var limited = new Fault(FaultKind.RateLimit) { RetryAfter = rate.Reset };
            return await Refuse("rate-limit", Failure.Of(limited, record.Operation), limited);
        }
        if (!rates.IsWithinRate(dialect.Provider, record.Operation))
            return await Refuse("rate-limit", Failure.Of(new Fault(FaultKind.RateLimit), record.Operation));
        Fault? fault = null;
        try
        {
            if (problem is not null) throw problem;
            fault = FaultDirective.Due(FaultDirective.ReadAll(prompt), record, identity) ?? faults.Strike(record);
        }
        catch (InvalidRequestException e)
        {
            return await Refuse("invalid", new Failure(FaultKind.Invalid, record.Operation, e.Message, e.Field, e.Code));
        }

        var isOfJob = fault is not null && isAccepted && record.Operation == Operations.Image && FaultKinds.IsOfJob(fault.Kind);
        if (fault is not null && !isOfJob && await player.PlayInsteadAsync(http, dialect, record, fault) is { } played)
            return new Ending(fault.Name, played.Status);

        var call = new Call(record, fault, $"{http.Request.Scheme}://{http.Request.Host}");
        // The work is done while the latency passes: what a caller sees is the latency, not the sum.
        var work = Task.Run(() => respond(call, cancellation), cancellation);
        await Task.Delay(isAccepted ? latency.OfRefusal(record) : latency.Of(record), options.Clock, cancellation);
        try
        {
            var reply = await work;
            var sent = await player.SendAsync(http, reply, isOfJob ? null : fault);
            var isTrue = reply.Status < 400 && (fault is null || isOfJob || !FaultKinds.SpoilsResponse(fault.Kind));
            return new Ending(fault?.Name ?? (isTrue ? "ok" : "refused"), sent, isTrue);
        }
        catch (InvalidRequestException e)
        {
            return await Refuse("invalid", new Failure(FaultKind.Invalid, record.Operation, e.Message, e.Field, e.Code));
        }
    }

    /// <summary>How a call ended, for the log.</summary>
    private sealed record Ending(string Outcome, int? Status, bool IsOk = false);
}
