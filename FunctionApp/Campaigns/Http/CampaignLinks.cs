using Atelier.Http;

namespace Atelier.Campaigns.Http;

/// <summary>The addresses of a campaign and what belongs to it, from the root of the app.</summary>
internal static class CampaignLinks
{
    public static string Self(Guid id) => $"/{Routes.Campaigns}/{id:D}";

    // With its version: what is there never changes.
    public static string ImageAt(Guid id, int index, int version) => $"{Self(id)}/images/{index}?version={version}";

    public static LinksView Links(Guid id) => new(Self(id), $"{Self(id)}/events", $"{Self(id)}/cancel");
}
