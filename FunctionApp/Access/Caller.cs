using Atelier.Problems;

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

    /// <summary>Ends the request of a caller that is no operator.</summary>
    /// <exception cref="ApiException">403.</exception>
    public void EnsureOperator()
    {
        if (!IsOperator)
            throw new ApiException(StatusCodes.Status403Forbidden, "operators_only", "This is for operators, whom the configuration names.");
    }

    /// <summary>Whether a text can be a <see cref="UserId"/>.</summary>
    internal static bool IsUserId(string text) =>
        text.Length is > 0 and <= MaxUserIdLength && !text.Any(char.IsControl) && text.Trim().Length == text.Length;

    /// <summary>A caller whose name was given by someone who may: an address in it is the caller's.</summary>
    internal static Caller Named(string userId) => new(userId) { Email = userId.Contains('@', StringComparison.Ordinal) ? userId : null };
}

/// <summary>Finds out who makes a request.</summary>
public interface ICallerResolver
{
    /// <summary>The caller of a request.</summary>
    /// <exception cref="ApiException">401: the caller cannot be known. 403: it may not come in. 429: it asks too often.</exception>
    ValueTask<Caller> ResolveAsync(HttpRequest request, CancellationToken cancellationToken);
}
