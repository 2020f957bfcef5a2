using System.Globalization;
using System.Text.Json;
using DurableTask.Core.Exceptions;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace EmbeddedFunctions.Management;

/// <summary>What the management API does to instances.</summary>
internal sealed class ManagementCommands(
    DurableTaskClient client,
    ManagementAddresses addresses,
    ManagementQueries queries,
    TimeProvider timeProvider)
{
    /// <summary>A day: longer than any caller holds a connection.</summary>
    private const double MaxWaitSeconds = 86_400;

    public async Task StartAsync(HttpContext http)
    {
        var name = (string)http.Request.RouteValues["functionName"]!;
        var id = http.Request.RouteValues["instanceId"] as string;

        // Broken JSON is the caller's mistake, and an internal error on the official host.
        var body = await ReadAsync(http);
        JsonElement? input = string.IsNullOrWhiteSpace(body) ? null : Parse(body);
        try
        {
            id = await client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id), http.RequestAborted);
        }
        catch (OrchestrationAlreadyExistsException exception)
        {
            await ManagementAnswer.ErrorAsync(http, StatusCodes.Status409Conflict, exception.Message);
            return;
        }

        await StartedAsync(http, id);
    }

    public async Task RaiseEventAsync(HttpContext http)
    {
        if (await FindOpenAsync(http) is not { } instance) return;
        if (http.Request.ContentType?.Split(';')[0].Trim() is not { } type || !type.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            await ManagementAnswer.ErrorAsync(http, StatusCodes.Status400BadRequest, "Only application/json request content is supported");
            return;
        }

        JsonElement payload;
        try
        {
            payload = Parse(await ReadAsync(http));
        }
        catch (JsonException exception)
        {
            await ManagementAnswer.ErrorAsync(http, StatusCodes.Status400BadRequest, "Invalid JSON content", exception);
            return;
        }

        await SendAsync(http, client.RaiseEventAsync(instance.InstanceId, (string)http.Request.RouteValues["eventName"]!, payload, http.RequestAborted));
    }

    public async Task TerminateAsync(HttpContext http)
    {
        if (await FindOpenAsync(http) is not { } instance) return;

        // Over HTTP the reason is the output as it stands, not as JSON.
        var end = client is Engine.Client.EmbeddedDurableTaskClient embedded
            ? embedded.TerminateWithTextAsync(instance.InstanceId, Reason(http), http.RequestAborted)
            : client.TerminateInstanceAsync(instance.InstanceId, Reason(http), http.RequestAborted);
        await SendAsync(http, end);
    }

    public async Task SuspendAsync(HttpContext http)
    {
        if (await FindOpenAsync(http) is { } instance)
        {
            await SendAsync(http, client.SuspendInstanceAsync(instance.InstanceId, Reason(http), http.RequestAborted));
        }
    }

    public async Task ResumeAsync(HttpContext http)
    {
        if (await FindOpenAsync(http) is { } instance)
        {
            await SendAsync(http, client.ResumeInstanceAsync(instance.InstanceId, Reason(http), http.RequestAborted));
        }
    }

    public async Task RewindAsync(HttpContext http)
    {
        if (await FindAsync(http, status => status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Terminated) is { } instance)
        {
            await SendAsync(http, client.RewindInstanceAsync(instance.InstanceId, Reason(http) ?? string.Empty, http.RequestAborted));
        }
    }

    public async Task RestartAsync(HttpContext http)
    {
        var newId = ManagementAnswer.Flag(http.Request, "restartWithNewInstanceId", otherwise: true);
        var given = IdOf(http);
        if (await client.GetInstanceAsync(given, http.RequestAborted) is { IsCompleted: false })
        {
            throw new InvalidOperationException($"Instance '{given}' cannot be restarted: it has not ended.");
        }

        string id;
        try
        {
            id = await client.RestartAsync(given, newId, http.RequestAborted);
        }
        catch (ArgumentException exception)
        {
            await ManagementAnswer.ErrorAsync(
                http, StatusCodes.Status400BadRequest, "InstanceId does not match a valid orchestration instance.", exception);
            return;
        }

        await StartedAsync(http, id);
    }

    public async Task PurgeAsync(HttpContext http) =>
        await DeletedAsync(http, await client.PurgeInstanceAsync(IdOf(http), cancellation: http.RequestAborted));

    public async Task PurgeAllAsync(HttpContext http)
    {
        if (ManagementAnswer.Time(http.Request, "createdTimeFrom") is not { } from)
        {
            await ManagementAnswer.JsonAsync(
                http,
                StatusCodes.Status400BadRequest,
                writer => writer.WriteStringValue("Please provide value for 'createdTimeFrom' parameter."));
            return;
        }

        var filter = new PurgeInstancesFilter(
            from, ManagementAnswer.Time(http.Request, "createdTimeTo"), ManagementQueries.Statuses(http.Request));
        await DeletedAsync(http, await client.PurgeAllInstancesAsync(filter, http.RequestAborted));
    }

    /// <summary>
    /// Answers a start with the instance's addresses; where the query gives <c>timeout</c> and <c>pollingInterval</c> in seconds, with what the
    /// instance has come to if it ends in that time.
    /// </summary>
    private async Task StartedAsync(HttpContext http, string id)
    {
        if (ManagementAnswer.Seconds(http.Request, "timeout") is { } timeout
            && ManagementAnswer.Seconds(http.Request, "pollingInterval") is { } interval)
        {
            // Nothing is polled here: the interval only has to be one that makes sense.
            if (!(interval <= timeout))
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture, $"The timeout, {timeout} s, is shorter than the polling interval, {interval} s."));
            }

            if (await EndOfAsync(id, timeout, http.RequestAborted) is { } end)
            {
                await (end.RuntimeStatus is OrchestrationRuntimeStatus.Completed
                    ? ManagementAnswer.JsonAsync(http, StatusCodes.Status200OK, writer => ManagementAnswer.Value(writer, end.SerializedOutput))
                    : queries.StatusAsync(http, id));
                return;
            }
        }

        await ManagementAnswer.AcceptedAsync(http, addresses.ForAnswer(ManagementAddresses.OriginOf(http.Request), id));
    }

    /// <summary>The instance once it has ended; <see langword="null"/> when that takes longer.</summary>
    private async Task<OrchestrationMetadata?> EndOfAsync(string id, double seconds, CancellationToken aborted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Clamp(seconds, 0, MaxWaitSeconds)), timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, aborted);
        try
        {
            return await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, either.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            return null;
        }
    }

    private static Task DeletedAsync(HttpContext http, PurgeResult result)
    {
        if (result.PurgedInstanceCount == 0)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        return ManagementAnswer.JsonAsync(http, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("instancesDeleted", result.PurgedInstanceCount);
            writer.WriteEndObject();
        });
    }

    private Task<OrchestrationMetadata?> FindOpenAsync(HttpContext http) => FindAsync(
        http,
        status => status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated);

    /// <summary>The instance that is meant; without one, or with one that is gone, the answer is given already.</summary>
    private async Task<OrchestrationMetadata?> FindAsync(HttpContext http, Func<OrchestrationRuntimeStatus, bool> isGone)
    {
        var instance = await client.GetInstanceAsync(IdOf(http), http.RequestAborted);
        if (instance is not null && !isGone(instance.RuntimeStatus)) return instance;
        http.Response.StatusCode = instance is null ? StatusCodes.Status404NotFound : StatusCodes.Status410Gone;
        return null;
    }

    /// <summary>202 once it is sent; 410 where the instance ended in the meantime.</summary>
    private async Task SendAsync(HttpContext http, Task sending)
    {
        try
        {
            await sending;
            http.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        catch (InvalidOperationException)
        {
            if (await client.GetInstanceAsync(IdOf(http), http.RequestAborted) is { IsCompleted: false }) throw;
            http.Response.StatusCode = StatusCodes.Status410Gone;
        }
    }

    private static string IdOf(HttpContext http) => (string)http.Request.RouteValues["instanceId"]!;

    private static string? Reason(HttpContext http) => http.Request.Query.TryGetValue("reason", out var reason) ? reason.ToString() : null;

    private static async Task<string> ReadAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, leaveOpen: true);
        return await reader.ReadToEndAsync(http.RequestAborted);
    }

    private static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
