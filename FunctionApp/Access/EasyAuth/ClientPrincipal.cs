using System.Text.Json;
using System.Text.Json.Serialization;

namespace Atelier.Access.EasyAuth;

/// <summary>What App Service authentication says of a signed-in user: base64 of JSON in <c>X-MS-CLIENT-PRINCIPAL</c>.</summary>
/// <remarks>https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities</remarks>
/// <param name="Provider">The identity provider, such as <c>aad</c>.</param>
/// <param name="Claims">What it says of the user.</param>
internal sealed record ClientPrincipal(
    [property: JsonPropertyName("auth_typ")] string? Provider,
    [property: JsonPropertyName("claims")] IReadOnlyList<ClientPrincipal.Claim>? Claims)
{
    private const string EntraId = "aad";

    // Short and long names: which of them come depends on the provider and on its configuration.
    private static readonly string[] ObjectId = ["oid", "http://schemas.microsoft.com/identity/claims/objectidentifier"];
    private static readonly string[] Subject = ["sub", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"];
    private static readonly string[] PrincipalName = ["upn", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", "preferred_username"];
    private static readonly string[] Email = ["email", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"];
    private static readonly string[] EmailIsVerified = ["email_verified", "xms_edov"];

    /// <summary>Reads the header; <see langword="null"/> where it is no such thing.</summary>
    public static ClientPrincipal? Parse(string header)
    {
        try
        {
            return JsonSerializer.Deserialize<ClientPrincipal>(Convert.FromBase64String(header));
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The caller; <see langword="null"/> where the principal has no stable id.</summary>
    /// <remarks>
    /// Names and addresses can be reassigned; the provider's own id cannot. Two providers may use the same id, so the provider is part
    /// of the name.
    /// </remarks>
    public Caller? ToCaller()
    {
        var id = (Provider == EntraId ? Find(ObjectId) : null) ?? Find(Subject);
        var userId = $"{Provider}:{id}";
        return !string.IsNullOrEmpty(Provider) && id is not null && Caller.IsUserId(userId) ? new Caller(userId) { Email = FindEmail() } : null;
    }

    // A user can put any address into a profile: it counts only where the provider says that it was verified. A principal name in
    // Entra ID ends in a domain that the tenant has proved to be its own.
    private string? FindEmail()
    {
        var email = IsVerified() ? Find(Email) : null;
        if (email is null && Provider == EntraId)
            email = Find(PrincipalName);
        return email is not null && email.Contains('@', StringComparison.Ordinal) ? email : null;
    }

    private bool IsVerified() =>
        Find(EmailIsVerified) is { } text && (text == "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase));

    private string? Find(string[] types) => types
        .Select(type => Claims?.FirstOrDefault(claim => claim?.Type == type)?.Value)
        .FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));

    /// <summary>One claim of the provider about the user.</summary>
    internal sealed record Claim([property: JsonPropertyName("typ")] string? Type, [property: JsonPropertyName("val")] string? Value);
}
