using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace EmbeddedFunctions.Http;

/// <summary>
/// The keys of HTTP functions: <c>EmbeddedFunctions:Keys:Host</c> opens the level function, <c>EmbeddedFunctions:Keys:Master</c> every level.
/// A key that is not configured opens nothing.
/// </summary>
internal sealed class FunctionKeys(IConfiguration configuration)
{
    private readonly byte[]? _host = Hash(configuration["EmbeddedFunctions:Keys:Host"]);
    private readonly byte[]? _master = Hash(configuration["EmbeddedFunctions:Keys:Master"]);

    public bool Allow(AuthorizationLevel level, HttpRequest request)
    {
        if (level is AuthorizationLevel.Anonymous or AuthorizationLevel.User)
        {
            return true;
        }

        var given = Hash(request.Headers["x-functions-key"].FirstOrDefault() ?? request.Query["code"].FirstOrDefault());
        return given is not null && (Same(given, _master) || (level is AuthorizationLevel.Function && Same(given, _host)));
    }

    private static bool Same(byte[] given, byte[]? key) => key is not null && CryptographicOperations.FixedTimeEquals(given, key);

    private static byte[]? Hash(string? key) => string.IsNullOrEmpty(key) ? null : SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
