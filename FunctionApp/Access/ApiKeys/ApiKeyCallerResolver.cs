using Atelier.Persistence.Tables;

namespace Atelier.Access.ApiKeys;

/// <summary>Access mode <c>ApiKey</c>: the caller shows a key, as <c>Authorization: Bearer KEY</c> or <c>X-Api-Key: KEY</c>.</summary>
internal sealed class ApiKeyCallerResolver(ApiKeyStore keys) : ICallerResolver
{
    private const string Header = "X-Api-Key";
    private const string Scheme = "Bearer ";

    /// <inheritdoc/>
    public async ValueTask<Caller> ResolveAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var shown = Read(request) ?? throw Unauthorized.Missing($"The request needs an API key, as Authorization: Bearer KEY or {Header}: KEY.");
        // The same response whatever is wrong with the key: it gives nothing away about existing keys.
        return KeyText.TryParse(shown, out var text) && await keys.FindAsync(text, cancellationToken) is { } key
            ? CallerOf(key)
            : throw Unauthorized.Wrong("The API key is unknown or has been revoked.");
    }

    private static Caller CallerOf(ApiKey key) => Caller.Named(key.UserId) with { IsOperator = key.IsOperator };

    private static string? Read(HttpRequest request)
    {
        var authorization = request.Headers.Authorization;
        var key = request.Headers[Header];
        return (authorization, key) switch
        {
            ({ Count: 0 }, { Count: 0 }) => null,
            ({ Count: 1 }, { Count: 0 }) when authorization[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) =>
                authorization[0]![Scheme.Length..].Trim(),
            ({ Count: 0 }, { Count: 1 }) => key[0]!.Trim(),
            _ => throw Unauthorized.Wrong($"The request must show one API key, as Authorization: Bearer KEY or {Header}: KEY."),
        };
    }
}
