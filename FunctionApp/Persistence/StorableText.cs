using System.Text;

namespace Atelier.Persistence;

/// <summary>Makes text from outside storable in PostgreSQL, which accepts neither U+0000 nor half of a surrogate pair.</summary>
internal static class StorableText
{
    /// <summary>The text without U+0000 and with U+FFFD for half pairs; otherwise unchanged.</summary>
    public static string From(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace("\0", "", StringComparison.Ordinal);
}
