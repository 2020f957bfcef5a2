namespace EmbeddedFunctions.Engine.Client;

/// <summary>What an instance's id may be: the official engine's rules.</summary>
internal static class InstanceId
{
    /// <exception cref="ArgumentException">The id holds <c>/</c>, <c>\</c>, <c>#</c>, <c>?</c> or a control character.</exception>
    public static string Check(string id)
    {
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
        if (text.Contains('\0'))
        {
            throw new ArgumentException("The character U+0000 is not allowed.", parameter);
        }
    }
}
