using System.Text;

namespace Atelier.Persistence;

/// <summary>Makes text from elsewhere fit for PostgreSQL, which takes neither U+0000 nor half of a surrogate pair.</summary>
internal static class StorableText
{
    /// <summary>The text without the one and with U+FFFD for the other; unchanged where it has neither.</summary>
    public static string From(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace("\0", "", StringComparison.Ordinal);
}
