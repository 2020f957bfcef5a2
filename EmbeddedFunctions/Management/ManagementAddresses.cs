using EmbeddedFunctions.Http;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace EmbeddedFunctions.Management;

/// <summary>Where the durable management API is reached, and the addresses of an instance in it.</summary>
internal sealed class ManagementAddresses(HostKeys keys, HostJson hostJson, IServer server)
{
    /// <summary>The API's path, as on the official host.</summary>
    public const string Path = "runtime/webhooks/durabletask";

    private const string DefaultHub = "durable";
    private const string Connection = "Postgres";

    /// <summary>The address of the host as the caller of a request sees it, without a slash at its end.</summary>
    public static string OriginOf(HttpRequest request) => $"{request.Scheme}://{request.Host.ToUriComponent()}";

    /// <summary>The first address at which this process listens.</summary>
    /// <exception cref="InvalidOperationException">It does not listen yet.</exception>
    public string OwnOrigin()
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
            ?? throw new InvalidOperationException(
                "The host's address is not known before it listens: give CreateHttpManagementPayload the HTTP request.");
        foreach (var any in (ReadOnlySpan<string>)["[::]", "0.0.0.0", "*", "+"])
        {
            address = address.Replace($"//{any}", "//localhost", StringComparison.Ordinal);
        }

        return address.TrimEnd('/');
    }

    /// <summary>The addresses as the client's extension methods give them: no restart and rewind, and braces as recorded on the official host.</summary>
    public HttpManagementPayload ForClient(string origin, string instanceId) =>
        Payload(origin, instanceId, $"code={Code}", reason: "{{text}}", forAnswer: false);

    /// <summary>The addresses as the API itself answers a start or restart with.</summary>
    public HttpManagementPayload ForAnswer(string origin, string instanceId)
    {
        var hub = Uri.EscapeDataString(hostJson.DurableTask.HubName ?? DefaultHub);
        return Payload(origin, instanceId, $"taskHub={hub}&connection={Connection}&code={Code}", reason: "{text}", forAnswer: true);
    }

    private static HttpManagementPayload Payload(string origin, string instanceId, string query, string reason, bool forAnswer)
    {
        var instance = InstanceUri(origin, instanceId);
        return new HttpManagementPayload
        {
            Id = instanceId,
            StatusQueryGetUri = $"{instance}?{query}",
            SendEventPostUri = $"{instance}/raiseEvent/{{eventName}}?{query}",
            TerminatePostUri = $"{instance}/terminate?reason={reason}&{query}",
            RewindPostUri = forAnswer ? $"{instance}/rewind?reason={reason}&{query}" : null,
            PurgeHistoryDeleteUri = $"{instance}?{query}",
            RestartPostUri = forAnswer ? $"{instance}/restart?{query}" : null,
            SuspendPostUri = $"{instance}/suspend?reason={reason}&{query}",
            ResumePostUri = $"{instance}/resume?reason={reason}&{query}",
        };
    }

    private string Code => Uri.EscapeDataString(keys.System);

    private static string InstanceUri(string origin, string instanceId) => $"{origin}/{Path}/instances/{Uri.EscapeDataString(instanceId)}";
}
