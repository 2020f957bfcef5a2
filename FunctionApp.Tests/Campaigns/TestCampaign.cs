using Atelier.Persistence;
using Atelier.Persistence.Tables;

namespace FunctionApp.Tests.Campaigns;

/// <summary>Campaigns as they are just after their acceptance.</summary>
internal static class TestCampaign
{
    public static readonly DateTimeOffset CreatedAt = new(2026, 8, 1, 10, 0, 0, TimeSpan.Zero);

    public static Campaign Create(
        int images = 1, bool text = true, string userId = "ann", string prompt = "A beach with a cat", DateTimeOffset? createdAt = null)
    {
        var id = Guid.CreateVersion7(createdAt ?? CreatedAt);
        return new Campaign
        {
            Id = id,
            UserId = userId,
            RequestHash = [1, 2, 3],
            Prompt = prompt,
            Request = new CampaignRequest(
                new ImagesRequest(images, "1024x1024", "medium", "png"), text ? new TextOptions(120, "playful", "en") : null, "words", "paint"),
            TextStatus = text ? PartStatus.Pending : null,
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["customer"] = "42" },
            InstanceId = id.ToString("D"),
            Version = 1,
            CheckedAt = createdAt ?? CreatedAt,
            CreatedAt = createdAt ?? CreatedAt,
            UpdatedAt = createdAt ?? CreatedAt,
            Images = [.. Enumerable.Range(0, images).Select(index => new CampaignImage { CampaignId = id, Index = index, Provider = "paint" })],
        };
    }
}
