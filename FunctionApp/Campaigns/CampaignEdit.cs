namespace Atelier.Campaigns;

/// <summary>What a caller changes of a campaign.</summary>
/// <param name="SetsName">Whether the name is changed.</param>
/// <param name="Name">The new name; <see langword="null"/> for none.</param>
/// <param name="Favorite">Whether it is a favorite from now on; <see langword="null"/> for no change.</param>
/// <param name="Tags">The new tags; <see langword="null"/> for no change.</param>
/// <param name="Text">The text of a new version; <see langword="null"/> for no change.</param>
public sealed record CampaignEdit(bool SetsName, string? Name, bool? Favorite, string[]? Tags, string? Text);
