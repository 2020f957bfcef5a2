using Atelier.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace Atelier.Access;

/// <summary>Who makes a request.</summary>
/// <param name="UserId">Stable id of the caller, which owns its campaigns. 1 to 200 characters.</param>
public sealed record Caller(string UserId)
{
    /// <summary>The longest <see cref="UserId"/>, in characters.</summary>
    internal const int MaxUserIdLength = 200;

    /// <summary>The caller's verified e-mail address; <see langword="null"/> where it is unknown.</summary>
    public string? Email { get; init; }

    /// <summary>Whether it may see and redrive the dead letters of all callers. It cannot see their campaigns.</summary>
    public bool IsOperator { get; init; }

    /// <summary>The caller of a request, as <see cref="CallerMiddleware"/> has found it.</summary>
    /// <exception cref="InvalidOperationException">The request's route is open to anyone, so the caller was not identified.</exception>
    public static Caller Of(HttpRequest request) => request.HttpContext.Features.GetRequiredFeature<Caller>();

    /// <summary>Whether a text can be a <see cref="UserId"/>.</summary>
    internal static bool IsUserId(string text) =>
        text.Length is > 0 and <= MaxUserIdLength && !text.Any(char.IsControl) && text.Trim().Length == text.Length;

    /// <summary>A caller whose id an administrator chose: if it is an e-mail address, that address is the caller's.</summary>
    internal static Caller Named(string userId) => new(userId) { Email = userId.Contains('@', StringComparison.Ordinal) ? userId : null };
}

/// <summary>Identifies the caller of a request, in the way that <c>Access:Mode</c> selects.</summary>
public interface ICallerResolver
{
    /// <summary>The caller of a request.</summary>
    /// <exception cref="ApiException">400 or 401: the caller cannot be identified. 403: calls are not allowed from its address.</exception>
    ValueTask<Caller> ResolveAsync(HttpRequest request, CancellationToken cancellationToken);
}
