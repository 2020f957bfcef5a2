using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.DurableTask.Client;

namespace EmbeddedFunctions.Management;

/// <summary>What the management API tells of instances.</summary>
internal sealed class ManagementQueries(DurableTaskClient client)
{
    private const string ContinuationHeader = "x-ms-continuation-token";

    public Task StatusAsync(HttpContext http) => StatusAsync(http, (string)http.Request.RouteValues["instanceId"]!);

    /// <summary>Answers with an instance's status, as the request's query wants it.</summary>
    public async Task StatusAsync(HttpContext http, string id)
    {
        if (await client.GetInstanceAsync(id, getInputsAndOutputs: true, http.RequestAborted) is not { } instance)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var history = ManagementAnswer.Flag(http.Request, "showHistory", otherwise: false)
            && instance.RuntimeStatus is not OrchestrationRuntimeStatus.Pending
            ? await client.GetOrchestrationHistoryAsync(id, http.RequestAborted)
            : null;
        var status = StatusCodes.Status200OK;
        if (!instance.IsCompleted)
        {
            status = StatusCodes.Status202Accepted;
            // The very address that was asked, with its query.
            http.Response.Headers.Location = http.Request.GetEncodedUrl();
            http.Response.Headers.RetryAfter = "5";
        }
        else if (instance.RuntimeStatus is OrchestrationRuntimeStatus.Failed
            && ManagementAnswer.Flag(http.Request, "returnInternalServerErrorOnFailure", otherwise: false))
        {
            status = StatusCodes.Status500InternalServerError;
        }

        await ManagementAnswer.JsonAsync(http, status, writer => StatusJson.Write(
            writer,
            instance,
            ManagementAnswer.Flag(http.Request, "showInput", otherwise: true),
            history,
            ManagementAnswer.Flag(http.Request, "showHistoryOutput", otherwise: false)));
    }

    public async Task ListAsync(HttpContext http)
    {
        var request = http.Request;
        var query = new OrchestrationQuery
        {
            CreatedFrom = ManagementAnswer.Time(request, "createdTimeFrom"),
            CreatedTo = ManagementAnswer.Time(request, "createdTimeTo"),
            Statuses = Statuses(request),
            InstanceIdPrefix = request.Query["instanceIdPrefix"] is [{ Length: > 0 } prefix] ? prefix : null,
            PageSize = int.TryParse(request.Query["top"], NumberStyles.None, CultureInfo.InvariantCulture, out var top) && top > 0
                ? top
                : OrchestrationQuery.DefaultPageSize,
            FetchInputsAndOutputs = true,
        };
        await foreach (var page in client.GetAllInstancesAsync(query).AsPages(Continuation(request)).WithCancellation(http.RequestAborted))
        {
            if (page.ContinuationToken is { } next)
            {
                http.Response.Headers[ContinuationHeader] = Convert.ToBase64String(Encoding.UTF8.GetBytes(next));
            }

            var showInput = ManagementAnswer.Flag(request, "showInput", otherwise: true);
            await ManagementAnswer.JsonAsync(http, StatusCodes.Status200OK, writer =>
            {
                writer.WriteStartArray();
                foreach (var instance in page.Values) StatusJson.Write(writer, instance, showInput);
                writer.WriteEndArray();
            });
            return;
        }
    }

    /// <summary>
    /// The statuses that are asked for, by name or number; <see langword="null"/> for all. What is not spelt as the enum spells it does not count.
    /// </summary>
    public static List<OrchestrationRuntimeStatus>? Statuses(HttpRequest request)
    {
        var statuses = request.Query["runtimeStatus"].SelectMany(value => (value ?? string.Empty).Split(','))
            .Select(name => Enum.TryParse<OrchestrationRuntimeStatus>(name, out var status) ? status : default(OrchestrationRuntimeStatus?))
            .OfType<OrchestrationRuntimeStatus>()
            .ToList();
        return statuses.Count > 0 ? statuses : null;
    }

    private static string? Continuation(HttpRequest request)
    {
        if (request.Headers[ContinuationHeader] is not [{ } token] || token.Trim() is not { Length: > 0 } text) return null;
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(text));
        }
        catch (FormatException exception)
        {
            throw new ArgumentException($"The header {ContinuationHeader} is none that this host gave.", exception);
        }
    }
}
