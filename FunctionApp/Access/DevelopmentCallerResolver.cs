using Atelier.Problems;

namespace Atelier.Access;

/// <summary>Access mode <c>Development</c>: the caller is who the header <c>X-User</c> says, or <c>local</c>.</summary>
public sealed class DevelopmentCallerResolver : ICallerResolver
{
    private const string Header = "X-User";
    private const string Default = "local";

    /// <inheritdoc/>
    public ValueTask<Caller> ResolveAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!DevelopmentAddresses.IsLocal(request))
            throw new ApiException(StatusCodes.Status403Forbidden, "not_local", "In access mode Development only this machine may call, at a loopback address.");
        if (request.Headers[Header].Count > 1)
            throw ApiException.Invalid(Header, "must be given once.");
        var user = request.Headers[Header].ToString().Trim();
        if (user.Length == 0)
            user = Default;
        return Caller.IsUserId(user)
            ? ValueTask.FromResult(Caller.Named(user))
            : throw ApiException.Invalid(Header, $"must be at most {Caller.MaxUserIdLength} characters without control characters.");
    }
}
