using Atelier.Problems;

namespace Atelier.Access;

/// <summary>Access mode <c>Development</c>: the caller is who the header <c>X-User</c> says, or <c>local</c>.</summary>
public sealed class DevelopmentCallerResolver : ICallerResolver
{
    private const string Header = "X-User";
    private const string Default = "local";
    private const int MaxLength = 200;

    /// <inheritdoc/>
    public ValueTask<Caller> ResolveAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        string user = request.Headers[Header].ToString().Trim();
        if (user.Length > MaxLength || user.Any(char.IsControl))
            throw ApiException.Invalid(Header, $"must be at most {MaxLength} characters without control characters.");
        return ValueTask.FromResult(new Caller(user.Length == 0 ? Default : user));
    }
}
