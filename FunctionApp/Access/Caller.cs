namespace Atelier.Access;

/// <summary>Who makes a request.</summary>
/// <param name="UserId">Stable name of the caller: whose campaigns it sees. 1 to 200 characters.</param>
public sealed record Caller(string UserId);

/// <summary>Finds out who makes a request.</summary>
public interface ICallerResolver
{
    /// <summary>The caller of a request.</summary>
    /// <exception cref="Problems.ApiException">The caller cannot be known or may not come in.</exception>
    ValueTask<Caller> ResolveAsync(HttpRequest request, CancellationToken cancellationToken);
}
