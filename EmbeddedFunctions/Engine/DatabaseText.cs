using System.Text;

namespace EmbeddedFunctions.Engine;

/// <summary>What a text in the database may hold: any character but U+0000 and halves of surrogate pairs.</summary>
internal static class DatabaseText
{
    /// <summary>Whether the text can be kept as it stands.</summary>
    public static bool IsFit(string text) => !text.Contains('\0') && string.Equals(Whole(text), text, StringComparison.Ordinal);

    /// <summary>The text with U+FFFD in place of what cannot be kept: for words that people read, which no failure is worth.</summary>
    public static string? Clean(string? text) => text is null || IsFit(text) ? text : Whole(text).Replace('\0', '\ufffd');

    private static string Whole(string text) =>
        text.AsSpan().ContainsAnyInRange('\ud800', '\udfff') ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;
}
