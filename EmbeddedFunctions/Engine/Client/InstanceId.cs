namespace EmbeddedFunctions.Engine.Client;

/// <summary>What an instance's id may be: the official engine's rules.</summary>
internal static class InstanceId
{
    /// <summary>The most characters of an id.</summary>
    private const int MaxLength = 256;

    /// <exception cref="ArgumentException">
    /// The id holds <c>/</c>, <c>\</c>, <c>#</c>, <c>?</c> or a control character, begins with <c>@</c>, which is kept for entities, or is longer
    /// than 256 characters.
    /// </exception>
    public static string Check(string id)
    {
        if (id.Length > MaxLength)
        {
            throw new ArgumentException($"The id of an instance has at most {MaxLength} characters; this one has {id.Length}.", nameof(id));
        }

        if (id.StartsWith('@'))
        {
            throw new ArgumentException($"'{id}' cannot be the id of an orchestration: it begins with @.", nameof(id));
        }

        foreach (var c in id)
        {
            if (c is '/' or '\\' or '#' or '?' || char.IsControl(c))
            {
                throw new ArgumentException(
                    $"'{id}' cannot be the id of an instance: /, \\, #, ? and control characters are not allowed in it.",
                    nameof(id));
            }
        }

        return id;
    }

    /// <exception cref="ArgumentException">The text is empty or holds a character that a database text cannot.</exception>
    public static void CheckText(string text, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(text, parameter);
        if (!DatabaseText.IsFit(text))
        {
            throw new ArgumentException("The character U+0000 and halves of surrogate pairs are not allowed.", parameter);
        }
    }
}
