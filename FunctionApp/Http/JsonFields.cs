using System.Text.Json;

namespace Atelier.Http;

/// <summary>The fields of one JSON object, read strictly: a field that is not known, or not of its type, is an error with its path.</summary>
internal sealed class JsonFields
{
    private readonly Dictionary<string, JsonElement> _fields = [];
    private readonly string _path;
    private readonly FieldErrors _errors;

    /// <summary>Reads an object whose only fields are <paramref name="known"/>; none given means that any is.</summary>
    public JsonFields(JsonElement element, string path, FieldErrors errors, params ReadOnlySpan<string> known)
    {
        _path = path;
        _errors = errors;
        if (element.ValueKind != JsonValueKind.Object)
        {
            errors.Add(path.Length == 0 ? "body" : path, "must be an object.");
            return;
        }

        foreach (var field in element.EnumerateObject())
        {
            if (known.Length == 0 || known.Contains(field.Name))
                _fields[field.Name] = field.Value;
            else
                errors.Add(PathOf(field.Name), "is not a field of this request.");
        }
    }

    /// <summary>The names that are there.</summary>
    public IEnumerable<string> Names => _fields.Keys;

    /// <summary>Whether the field is there, <c>null</c> or not.</summary>
    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>Whether the field is there and <c>null</c>.</summary>
    public bool IsNull(string name) => _fields.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>An object of its own; <see langword="null"/> where the field is missing.</summary>
    public JsonFields? Object(string name, params ReadOnlySpan<string> known) =>
        _fields.TryGetValue(name, out var value) ? new JsonFields(value, PathOf(name), _errors, known) : null;

    /// <summary>A text of 1 to <paramref name="maxLength"/> characters that is not blank; <see langword="null"/> where it is missing.</summary>
    public string? Text(string name, int maxLength)
    {
        if (RawText(name) is not { } text)
            return null;
        if (string.IsNullOrWhiteSpace(text) || text.Length > maxLength)
            return Fail<string>(name, $"must be a text of 1 to {maxLength} characters that is not blank.");
        return text;
    }

    /// <summary>Any text up to <paramref name="maxLength"/> characters, also an empty one; <see langword="null"/> where it is missing.</summary>
    public string? AnyText(string name, int maxLength) =>
        RawText(name) is { } text && text.Length > maxLength
            ? Fail<string>(name, $"must be a text of at most {maxLength} characters.")
            : RawText(name);

    /// <summary>A text that fits; <see langword="null"/> where it is missing.</summary>
    public string? Text(string name, Func<string, bool> fits, string error) =>
        RawText(name) is { } text && !fits(text) ? Fail<string>(name, error) : RawText(name);

    /// <summary>True or false; <see langword="null"/> where it is missing.</summary>
    public bool? Flag(string name)
    {
        if (!_fields.TryGetValue(name, out var value))
            return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        _errors.Add(PathOf(name), "must be true or false.");
        return null;
    }

    /// <summary>A whole number within bounds; <see langword="null"/> where it is missing.</summary>
    public int? Number(string name, int min, int max)
    {
        if (!_fields.TryGetValue(name, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max)
            return number;
        _errors.Add(PathOf(name), $"must be a whole number from {min} to {max}.");
        return null;
    }

    /// <summary>A whole number within bounds, up to 64 bits; <see langword="null"/> where it is missing.</summary>
    public long? LongNumber(string name, long min, long max)
    {
        if (!_fields.TryGetValue(name, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max)
            return number;
        _errors.Add(PathOf(name), $"must be a whole number from {min} to {max}.");
        return null;
    }

    /// <summary>A list of texts that fit, at most <paramref name="maxCount"/>; <see langword="null"/> where it is missing.</summary>
    public string[]? TextList(string name, int maxCount, Func<string, bool> fits, string error)
    {
        if (!_fields.TryGetValue(name, out var value))
            return null;
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= maxCount)
        {
            string[] texts = [.. value.EnumerateArray().Select(TextOf).OfType<string>().Where(fits)];
            if (texts.Length == value.GetArrayLength())
                return texts;
        }
        _errors.Add(PathOf(name), error);
        return null;
    }

    /// <summary>The path of a field, as errors name it.</summary>
    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private string? RawText(string name)
    {
        if (!_fields.TryGetValue(name, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.String)
            return Fail<string>(name, "must be a text.");
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: JSON can spell it, but it is no character.
            return Fail<string>(name, "must be valid Unicode text.");
        }
        return text.Contains('\0', StringComparison.Ordinal) ? Fail<string>(name, "must not contain the character U+0000.") : text;
    }

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }

    private T? Fail<T>(string name, string error)
        where T : class
    {
        // One error a field: further ones would only repeat the first.
        _errors.Add(PathOf(name), error);
        _fields.Remove(name);
        return null;
    }
}
