using Atelier.Problems;

namespace Atelier.Access;

/// <summary>The response to a caller that cannot be identified.</summary>
internal static class Unauthorized
{
    // RFC 6750, section 3: an error is named only where credentials were given.
    private const string Challenge = "Bearer realm=\"Atelier\"";

    /// <summary>401: nothing was given.</summary>
    public static ApiException Missing(string detail) =>
        new(StatusCodes.Status401Unauthorized, "unauthenticated", detail) { Challenge = Challenge };

    /// <summary>401: what was given is not right.</summary>
    public static ApiException Wrong(string detail) =>
        new(StatusCodes.Status401Unauthorized, "invalid_credentials", detail) { Challenge = $"{Challenge}, error=\"invalid_token\"" };
}
