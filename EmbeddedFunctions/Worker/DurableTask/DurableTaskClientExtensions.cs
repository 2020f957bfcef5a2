using System.Net;
using Azure.Core.Serialization;
using EmbeddedFunctions.Invocation;
using EmbeddedFunctions.Management;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Answers with the addresses at which an orchestration instance can be watched and steered.</summary>
public static class DurableTaskClientExtensions
{
    /// <summary>202 with the instance's addresses as JSON, and its status as <c>Location</c>.</summary>
    public static Task<HttpResponseData> CreateCheckStatusResponseAsync(
        this DurableTaskClient client, HttpRequestData request, string instanceId, CancellationToken cancellation = default) =>
        CreateCheckStatusResponseAsync(client, request, instanceId, HttpStatusCode.Accepted, cancellation);

    /// <summary>A status of one's own with the instance's addresses as JSON, and its status as <c>Location</c>.</summary>
    public static async Task<HttpResponseData> CreateCheckStatusResponseAsync(
        this DurableTaskClient client,
        HttpRequestData request,
        string instanceId,
        HttpStatusCode statusCode,
        CancellationToken cancellation = default)
    {
        var response = Begin(client, request, instanceId, statusCode, out var payload, out var serializer);
        await serializer.SerializeAsync(response.Body, payload, payload.GetType(), cancellation);
        return response;
    }

    /// <summary>202 with the instance's addresses as JSON, and its status as <c>Location</c>.</summary>
    /// <remarks>The body is written without awaiting; the server must allow that. Prefer <c>CreateCheckStatusResponseAsync</c>.</remarks>
    /// <exception cref="InvalidOperationException">The server does not allow synchronous writes.</exception>
    public static HttpResponseData CreateCheckStatusResponse(
        this DurableTaskClient client, HttpRequestData request, string instanceId, CancellationToken cancellation = default) =>
        CreateCheckStatusResponse(client, request, instanceId, HttpStatusCode.Accepted, cancellation);

    /// <summary>A status of one's own with the instance's addresses as JSON, and its status as <c>Location</c>.</summary>
    /// <remarks>The body is written without awaiting; the server must allow that. Prefer <c>CreateCheckStatusResponseAsync</c>.</remarks>
    public static HttpResponseData CreateCheckStatusResponse(
        this DurableTaskClient client,
        HttpRequestData request,
        string instanceId,
        HttpStatusCode statusCode,
        CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var response = Begin(client, request, instanceId, statusCode, out var payload, out var serializer);
        serializer.Serialize(response.Body, payload, payload.GetType(), cancellation);
        return response;
    }

    /// <summary>The instance's addresses: as the request's caller sees the host, or else at the first address where it listens.</summary>
    /// <exception cref="InvalidOperationException">There is no request and the host does not listen yet, or the client is not the host's.</exception>
    public static HttpManagementPayload CreateHttpManagementPayload(
        this DurableTaskClient client, string instanceId, HttpRequestData? request = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var addresses = (request is null ? client.Management : EmbeddedFunctionContext.Of(request.FunctionContext).RootServices.GetService<ManagementAddresses>())
            ?? throw new InvalidOperationException("The client has no host whose addresses could be told: give CreateHttpManagementPayload the HTTP request.");
        return addresses.ForClient(request is null ? addresses.OwnOrigin() : request.Url.GetLeftPart(UriPartial.Authority), instanceId);
    }

    private static HttpResponseData Begin(
        DurableTaskClient client,
        HttpRequestData request,
        string instanceId,
        HttpStatusCode statusCode,
        out HttpManagementPayload payload,
        out ObjectSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(request);
        payload = CreateHttpManagementPayload(client, instanceId, request);
        serializer = WorkerOptions.SerializerOf(request.FunctionContext);
        var response = request.CreateResponse(statusCode);
        response.Headers.Add("Location", payload.StatusQueryGetUri);
        response.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return response;
    }
}
