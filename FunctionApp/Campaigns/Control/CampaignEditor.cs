using Atelier.Access;
using Atelier.Campaigns.Workflow;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;

namespace Atelier.Campaigns.Control;

/// <summary>Changes a campaign's name, tags, favorite mark and text.</summary>
public sealed class CampaignEditor(CampaignUpdater updater, CampaignQueries queries)
{
    /// <summary>Changes a campaign of the caller. What is the same already is no change: neither version nor event.</summary>
    /// <param name="caller">Whose it must be.</param>
    /// <param name="id">The campaign.</param>
    /// <param name="edit">What to change.</param>
    /// <param name="isExpected">Whether the change is meant for this version; <see langword="null"/> for any version.</param>
    /// <param name="cancellationToken">Cancels before the commit.</param>
    /// <returns>The campaign with its parts.</returns>
    /// <exception cref="ApiException">
    /// 400: it has no text to change. 404: there is none. 409: it runs or was canceled, or its text is being made or has too many versions. 412: it has another version.
    /// </exception>
    public async Task<Campaign> ApplyAsync(
        Caller caller, Guid id, CampaignEdit edit, Func<long, bool>? isExpected, CancellationToken cancellationToken)
    {
        await updater.ChangeAsync(
            id,
            caller.UserId,
            async (change, token) =>
            {
                if (isExpected?.Invoke(change.Campaign.Version) == false)
                    throw new ApiException(StatusCodes.Status412PreconditionFailed, "precondition_failed", "The campaign has changed since; read it again.");
                Apply(change, edit);
                if (edit.Text is { } text && text != change.Campaign.Text)
                    await WriteAsync(change, text, token);
                return true;
            },
            cancellationToken);
        return await queries.FindAsync(caller, id, cancellationToken) ?? throw ApiException.NotFound("campaign");
    }

    private static async Task WriteAsync(CampaignChange change, string text, CancellationToken cancellationToken)
    {
        if (change.Campaign.TextStatus is null)
            throw ApiException.Invalid("text", "cannot be changed: the campaign was started without one.");
        await VersionControl.FindFreePartAsync(change, image: null, cancellationToken);
        await PartVersions.AddWrittenAsync(change, text, cancellationToken);
    }

    private static void Apply(CampaignChange change, CampaignEdit edit)
    {
        var campaign = change.Campaign;
        var before = (campaign.Name, campaign.Favorite, campaign.Tags);
        if (edit.SetsName)
            campaign.Name = edit.Name;
        campaign.Favorite = edit.Favorite ?? campaign.Favorite;
        campaign.Tags = edit.Tags ?? campaign.Tags;
        if (campaign.Name == before.Name && campaign.Favorite == before.Favorite && campaign.Tags.SequenceEqual(before.Tags))
            return;
        // This number alone distinguishes an event from others of its type.
        var version = (int)((campaign.Version + 1) & int.MaxValue);
        change.AddEvent(CampaignEventTypes.Updated, new { status = campaign.Status.ToText() }, attempt: version);
    }
}
