namespace Atelier.Persistence;

/// <summary>Where a campaign stands. Stored and shown in upper case.</summary>
public enum CampaignStatus
{
    /// <summary>Accepted; its orchestration has not begun.</summary>
    Pending,

    /// <summary>Its parts are being made.</summary>
    Running,

    /// <summary>Every part that was asked for is there.</summary>
    Complete,

    /// <summary>A part could not be made; what succeeded is kept.</summary>
    Failed,

    /// <summary>Canceled on request, or because an operator terminated its orchestration.</summary>
    Canceled,
}

/// <summary>Where a part (the text or one image) stands. Stored and shown in upper case.</summary>
public enum PartStatus
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>An attempt is under way.</summary>
    Running,

    /// <summary>The last attempt failed; another one follows.</summary>
    Retrying,

    /// <summary>Made and readable.</summary>
    Complete,

    /// <summary>Its attempts are used up, or another one cannot help.</summary>
    Failed,

    /// <summary>Abandoned because the campaign was canceled.</summary>
    Canceled,
}

/// <summary>The written form of the statuses, shared by the database and the API.</summary>
public static class Statuses
{
    /// <summary>Upper case, as in <c>COMPLETE</c>.</summary>
    public static string ToText<TStatus>(this TStatus status)
        where TStatus : struct, Enum => status.ToString().ToUpperInvariant();

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    public static TStatus Parse<TStatus>(string text)
        where TStatus : struct, Enum => Enum.Parse<TStatus>(text, ignoreCase: true);

    /// <summary>Whether it has ended: its status changes only by a redrive.</summary>
    public static bool HasEnded(this CampaignStatus status) =>
        status is CampaignStatus.Complete or CampaignStatus.Failed or CampaignStatus.Canceled;

    /// <summary>Whether it has ended: its status changes only by a redrive.</summary>
    public static bool HasEnded(this PartStatus status) => status is PartStatus.Complete or PartStatus.Failed or PartStatus.Canceled;
}
