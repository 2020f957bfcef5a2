using System.Security.Cryptography;
using System.Text;
using EmbeddedFunctions.Invocation;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace EmbeddedFunctions.Http;

/// <summary>
/// The keys that callers show in the query as <c>code</c> or in the header <c>x-functions-key</c>. Settings: <c>EmbeddedFunctions:Keys:Master</c>
/// opens everything, <c>:Host</c> the functions of level Function, <c>:Functions:&lt;name&gt;</c> that function alone, <c>:System</c> the durable
/// management API. One that is not set is made at random, for the life of the process: it opens nothing from outside.
/// </summary>
internal sealed class HostKeys(IConfiguration configuration)
{
    private readonly IConfigurationSection _section = configuration.GetSection("EmbeddedFunctions:Keys");
    private readonly string _master = Read(configuration, "Master");
    private readonly string _host = Read(configuration, "Host");

    /// <summary>The key of the durable management API.</summary>
    public string System { get; } = Read(configuration, "System");

    /// <summary>Whether the caller may run a function of a level.</summary>
    public bool Allow(HttpRequest request, AuthorizationLevel level, string function)
    {
        if (level == AuthorizationLevel.Anonymous) return true;
        if (KeyOf(request) is not { Length: > 0 } key) return false;
        if (Same(key, _master)) return true;
        return level is AuthorizationLevel.User or AuthorizationLevel.Function
            && (Same(key, _host) || (_section[$"Functions:{function}"] is { Length: > 0 } own && Same(key, own)));
    }

    /// <summary>Whether the caller may use the durable management API.</summary>
    public bool AllowManagement(HttpRequest request) =>
        KeyOf(request) is { Length: > 0 } key && (Same(key, System) || Same(key, _master));

    /// <summary>Whether the caller may use the host's own paths.</summary>
    public bool AllowAdmin(HttpRequest request) => KeyOf(request) is { Length: > 0 } key && Same(key, _master);

    /// <summary>Says which functions nobody can call for want of a key.</summary>
    public void Warn(FunctionCatalog catalog, ILogger logger)
    {
        foreach (var function in catalog.Of(TriggerKind.Http))
        {
            var level = ((HttpTriggerAttribute)function.Trigger).AuthLevel;
            if (level == AuthorizationLevel.Anonymous || _section["Master"] is { Length: > 0 }) continue;
            var isFunctionLevel = level is AuthorizationLevel.User or AuthorizationLevel.Function;
            if (isFunctionLevel && (_section["Host"] is { Length: > 0 } || _section[$"Functions:{function.Name}"] is { Length: > 0 })) continue;
            logger.LogWarning(
                "Function '{Function}' has authorization level {Level} and answers 401: setting EmbeddedFunctions:Keys:{Key} has no key for it.",
                function.Name,
                level,
                isFunctionLevel ? "Host" : "Master");
        }
    }

    private static string Read(IConfiguration configuration, string name) =>
        configuration[$"EmbeddedFunctions:Keys:{name}"] is { Length: > 0 } key ? key : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static string? KeyOf(HttpRequest request) =>
        request.Headers.TryGetValue("x-functions-key", out var header) ? header.ToString() : request.Query["code"].ToString();

    // In a time that does not tell how much of the key was right.
    private static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
}
