using Atelier.Http;

namespace Atelier.Campaigns.Http;

/// <summary>Reads what a caller calls a campaign, the same when it is started and later.</summary>
internal static class NameAndTags
{
    public const string Name = "name";
    public const string Tags = "tags";

    private const int MaxNameLength = 200;
    private const int MaxTags = 20;

    /// <summary>The longest tag, in characters.</summary>
    public const int MaxTagLength = 50;

    private static readonly string TagsError = $"must be a list of at most {MaxTags} texts of 1 to {MaxTagLength} characters, no two the same but for case.";

    /// <summary>The name without spaces around it; <see langword="null"/> where it is missing or null.</summary>
    public static string? ReadName(JsonFields fields) => fields.IsNull(Name) ? null : fields.Text(Name, MaxNameLength)?.Trim();

    /// <summary>The tags without spaces around them; <see langword="null"/> where they are missing.</summary>
    public static string[]? ReadTags(JsonFields fields, FieldErrors errors)
    {
        if (fields.TextList(Tags, MaxTags, IsTag, TagsError) is not { } given)
            return null;
        string[] tags = [.. given.Select(tag => tag.Trim())];
        if (tags.Distinct(StringComparer.OrdinalIgnoreCase).Count() < tags.Length)
            errors.Add(Tags, TagsError);
        return tags;
    }

    /// <summary>Whether a text, without the spaces around it, is a tag.</summary>
    public static bool IsTag(string text) => text.Trim() is { Length: >= 1 and <= MaxTagLength } tag && !tag.Any(char.IsControl);
}
