using Atelier.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace Atelier.Access;

/// <summary>Who makes a request.</summary>
/// <param name="UserId">Stable name of the caller: whose campaigns it sees. 1 to 200 characters.</param>
public sealed record Caller(string UserId)
{
    /// <summary>The longest <see cref="UserId"/>, in characters.</summary>
    internal const int MaxUserIdLength = 200;

    /// <summary>The caller's e-mail address, where something trustworthy says it; <see langword="null"/> where it is unknown.</summary>
    public string? Email { get; init; }

    /// <summary>Whether it may do what operators do: see and replay everyone's dead letters. Campaigns stay their owner's.</summary>
    public bool IsOperator { get; init; }

    /// <summary>The caller of a request, as <see cref="CallerMiddleware"/> has found it.</summary>
    /// <exception cref="InvalidOperationException">The request's route is for anyone, so that nobody has asked.</exception>
    public static Caller Of(HttpRequest request) => request.HttpContext.Features.GetRequiredFeature<Caller>();

    /// <summary>Whether a text can be a <see cref="UserId"/>.</summary>
    internal static bool IsUserId(string text) =>
        text.Length is > 0 and <= MaxUserIdLength && !text.Any(char.IsControl) && text.Trim().Length == text.Length;

    /// <summary>A caller whose name was given by someone who may: an address in it is the caller's.</summary>
    internal static Caller Named(string userId) => new(userId) { Email = userId.Contains('@', StringComparison.Ordinal) ? userId : null };
}

/// <summary>Finds out who makes a request, in the way that <c>Access:Mode</c> names.</summary>
public interface ICallerResolver
{
    /// <summary>The caller of a request.</summary>
    /// <exception cref="ApiException">400 or 401: the caller cannot be known. 403: it calls from where nobody may.</exception>
    ValueTask<Caller> ResolveAsync(HttpRequest request, CancellationToken cancellationToken);
}
