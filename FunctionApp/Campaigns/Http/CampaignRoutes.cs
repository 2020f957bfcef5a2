namespace Atelier.Campaigns.Http;

/// <summary>The paths of the campaign resource, for routes and for links.</summary>
internal static class CampaignRoutes
{
    public const string Campaigns = "api/campaigns";
    public const string Campaign = "api/campaigns/{id}";
    public const string Events = "api/campaigns/{id}/events";
    public const string Cancel = "api/campaigns/{id}/cancel";
    public const string Retry = "api/campaigns/{id}/retry";
    public const string Image = "api/campaigns/{id}/images/{index}";
    public const string Callback = "api/callbacks/{provider}/{campaignId}/{*part}";

    private const int IdLength = 36;

    public static string Self(Guid id) => $"/{Campaigns}/{id:D}";

    public static string ImageAt(Guid id, int index) => $"{Self(id)}/images/{index}";

    public static LinksView Links(Guid id) => new(Self(id), $"{Self(id)}/events", $"{Self(id)}/cancel");

    /// <summary>An id as it is written everywhere, with nothing around it: .NET would take spaces.</summary>
    public static bool TryParseId(string text, out Guid id)
    {
        id = Guid.Empty;
        return text.Length == IdLength && Guid.TryParseExact(text, "D", out id);
    }

    /// <summary>The id in a path; what is no id leads to no campaign.</summary>
    public static Guid ParseId(string id) =>
        TryParseId(id, out Guid parsed) ? parsed : throw Problems.ApiException.NotFound("campaign");
}
