using Atelier.Http;
using Atelier.Persistence.Tables;

namespace Atelier.Operations.DeadLetters;

/// <summary>Which dead letters: those that match all that is given.</summary>
/// <param name="Kind">Campaigns or webhook deliveries; <see langword="null"/> for both.</param>
/// <param name="ErrorCode">Of this error; <see langword="null"/> for any.</param>
/// <param name="From">Not older; <see langword="null"/> for any.</param>
/// <param name="Until">Older; <see langword="null"/> for any.</param>
internal sealed record DeadLetterFilter(DeadLetterKind? Kind, string? ErrorCode, DateTimeOffset? From, DateTimeOffset? Until)
{
    private const int MaxCodeLength = 64;
    private const string KindError = "must be campaign or webhook.";
    private const string CodeError = "must be at most 64 characters, none of them U+0000.";

    /// <summary>Reads the query string.</summary>
    public static DeadLetterFilter Read(IQueryCollection query, FieldErrors errors) => Read(
        name => query[name].ToString() is { Length: > 0 } text ? text : null, name => name, errors);

    /// <summary>Reads the fields of a body.</summary>
    public static DeadLetterFilter Read(JsonFields fields, FieldErrors errors) => Read(
        name => fields.AnyText(name, MaxCodeLength) is { Length: > 0 } text ? text : null, fields.PathOf, errors);

    /// <summary>The letters that match.</summary>
    public IQueryable<DeadLetter> Apply(IQueryable<DeadLetter> letters)
    {
        if (Kind is { } kind)
            letters = letters.Where(letter => letter.Kind == kind);
        if (ErrorCode is { } code)
            letters = letters.Where(letter => letter.ErrorCode == code);
        if (From is { } from)
            letters = letters.Where(letter => letter.At >= from);
        if (Until is { } until)
            letters = letters.Where(letter => letter.At < until);
        return letters;
    }

    private static DeadLetterFilter Read(Func<string, string?> get, Func<string, string> pathOf, FieldErrors errors)
    {
        return new DeadLetterFilter(ReadKind(), ReadCode(), ReadTime("from"), ReadTime("until"));

        DeadLetterKind? ReadKind()
        {
            switch (get("kind"))
            {
                case null:
                    return null;
                case "campaign":
                    return DeadLetterKind.Campaign;
                case "webhook":
                    return DeadLetterKind.Webhook;
                default:
                    errors.Add(pathOf("kind"), KindError);
                    return null;
            }
        }

        string? ReadCode()
        {
            var code = get("errorCode");
            if (code is null || (code.Length <= MaxCodeLength && !code.Contains('\0', StringComparison.Ordinal)))
                return code;
            errors.Add(pathOf("errorCode"), CodeError);
            return null;
        }

        DateTimeOffset? ReadTime(string name) => TimeText.Read(get(name), pathOf(name), errors);
    }
}

/// <summary>Which dead letters to redrive or drop: some by id, or all that match a filter.</summary>
/// <param name="Ids">By id; <see langword="null"/> where a filter is given.</param>
/// <param name="Filter">The filter; <see langword="null"/> where ids are given.</param>
internal sealed record DeadLetterSelection(IReadOnlyList<Guid>? Ids, DeadLetterFilter? Filter)
{
    private const int MaxIds = 500;

    /// <summary>Reads a body.</summary>
    /// <exception cref="Problems.ApiException">400: it has neither or both, or something in it is wrong.</exception>
    public static async Task<DeadLetterSelection> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadJsonAsync(request, cancellationToken);
        var errors = new FieldErrors();
        var fields = new JsonFields(body.RootElement, path: "", errors, "ids", "filter");
        var ids = fields.TextList(
            "ids", MaxIds, text => Guid.TryParseExact(text, "D", out _), $"must be a list of at most {MaxIds} ids of dead letters.");
        var given = fields.Object("filter", "kind", "errorCode", "from", "until");
        var filter = given is null ? null : DeadLetterFilter.Read(given, errors);
        if (fields.Has("ids") == fields.Has("filter"))
            errors.Add("body", "must have either ids or filter.");
        errors.ThrowIfAny();
        return new DeadLetterSelection(ids?.Select(Guid.Parse).ToList(), filter);
    }

    /// <summary>The selected dead letters.</summary>
    public IQueryable<DeadLetter> Apply(IQueryable<DeadLetter> letters)
    {
        if (Ids is not null)
            return letters.Where(letter => Ids.Contains(letter.Id));
        return Filter!.Apply(letters);
    }
}
