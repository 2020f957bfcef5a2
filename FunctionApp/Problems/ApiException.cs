namespace Atelier.Problems;

/// <summary>A request that fails: becomes problem details.</summary>
/// <param name="status">HTTP status, 400 to 599.</param>
/// <param name="code">Stable code that clients decide by, such as <c>not_found</c>.</param>
/// <param name="detail">One human sentence.</param>
public class ApiException(int status, string code, string detail) : Exception(detail)
{
    /// <summary>HTTP status, 400 to 599.</summary>
    public int Status { get; } = status;

    /// <summary>Stable code that clients decide by, such as <c>not_found</c>.</summary>
    public string Code { get; } = code;

    /// <summary>What is wrong with each field; <see langword="null"/> where it is not about fields.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>When another try may help; sent as <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How a caller can authenticate; sent as <c>WWW-Authenticate</c> with a 401.</summary>
    public string? Challenge { get; init; }

    /// <summary>404: it does not exist, or is not the caller's.</summary>
    public static ApiException NotFound(string what) => new(StatusCodes.Status404NotFound, "not_found", $"There is no such {what}.");

    /// <summary>400: the fields that are wrong, each with what it must be.</summary>
    public static ApiException Invalid(IReadOnlyDictionary<string, string[]> errors) =>
        new(StatusCodes.Status400BadRequest, "validation_failed", Describe(errors)) { Errors = errors };

    /// <summary>400: one field that is wrong.</summary>
    public static ApiException Invalid(string field, string error) =>
        Invalid(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [error] });

    private static string Describe(IReadOnlyDictionary<string, string[]> errors)
    {
        (var field, var messages) = errors.First();
        var first = $"{field} {messages[0]}";
        return errors.Count == 1 ? first : $"{first} Also wrong: {string.Join(", ", errors.Keys.Skip(1))}.";
    }
}
