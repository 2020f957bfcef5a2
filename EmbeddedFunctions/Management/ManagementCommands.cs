using System.Text.Json;
using DurableTask.Core.Exceptions;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace EmbeddedFunctions.Management;

/// <summary>What the management API does to instances.</summary>
internal sealed class ManagementCommands(DurableTaskClient client, ManagementAddresses addresses)
{
    public async Task StartAsync(HttpContext http)
    {
        var name = (string)http.Request.RouteValues["functionName"]!;
        var id = http.Request.RouteValues["instanceId"] as string;

        // Broken JSON is the caller's mistake, and an internal error on the official host.
        var body = await ReadAsync(http);
        JsonElement? input = body.Length == 0 ? null : Parse(body);
        try
        {
            id = await client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id), http.RequestAborted);
        }
        catch (OrchestrationAlreadyExistsException exception)
        {
            await ManagementAnswer.ErrorAsync(http, StatusCodes.Status409Conflict, exception.Message);
            return;
        }

        await ManagementAnswer.AcceptedAsync(http, addresses.ForAnswer(ManagementAddresses.OriginOf(http.Request), id));
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

        var id = await client.RestartAsync(given, newId, http.RequestAborted);
        await ManagementAnswer.AcceptedAsync(http, addresses.ForAnswer(ManagementAddresses.OriginOf(http.Request), id));
    }

    public async Task PurgeAsync(HttpContext http) =>
        await DeletedAsync(http, await client.PurgeInstanceAsync(IdOf(http), cancellation: http.RequestAborted));

    public async Task PurgeAllAsync(HttpContext http)
    {
        if (ManagementAnswer.Time(http.Request, "createdTimeFrom") is not { } from)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            http.Response.ContentType = "text/plain; charset=utf-8";
            await http.Response.WriteAsync("Please provide value for 'createdTimeFrom' parameter.", http.RequestAborted);
            return;
        }

        var filter = new PurgeInstancesFilter(
            from, ManagementAnswer.Time(http.Request, "createdTimeTo"), ManagementQueries.Statuses(http.Request));
        await DeletedAsync(http, await client.PurgeAllInstancesAsync(filter, http.RequestAborted));
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

    private static string? Reason(HttpContext http) => http.Request.Query["reason"] is [{ Length: > 0 } reason] ? reason : null;

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
