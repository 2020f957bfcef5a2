using System.Collections.Frozen;
using System.Reflection;
using Atelier.Configuration;
using Microsoft.Azure.Functions.Worker;

namespace Atelier.Http;

/// <summary>Who may call a route.</summary>
internal enum RouteAccess
{
    /// <summary>Everyone: callers are not identified, and their requests are not counted.</summary>
    Anyone,

    /// <summary>An identified and admitted caller, within its limits.</summary>
    Caller,

    /// <summary>A caller that the configuration or its key makes an operator.</summary>
    Operator,

    /// <summary>An operator, who shows the scrape token, or in mode Development any caller.</summary>
    Metrics,
}

/// <summary>A route: what it takes, who may call it, and which function runs.</summary>
/// <param name="Methods">HTTP methods separated by commas; <c>*</c> for all.</param>
/// <param name="Path">The template, without the leading slash.</param>
/// <param name="Access">Who may call it.</param>
/// <param name="Function">Name of the function.</param>
/// <param name="Operation">Its <c>operationId</c> in the OpenAPI document; <see langword="null"/> for what is no part of the API.</param>
internal sealed record Route(string Methods, string Path, RouteAccess Access, string Function, string? Operation = null);

/// <summary>All routes of the app. The functions take their templates from the constants; who may call is decided by the table alone.</summary>
internal static class Routes
{
    public const string Campaigns = "api/campaigns";
    public const string Campaign = "api/campaigns/{id}";
    public const string CancelCampaign = "api/campaigns/{id}/cancel";
    public const string DeleteCampaigns = "api/campaigns/delete";
    public const string RetryCampaigns = "api/campaigns/retry";
    public const string RetryCampaign = "api/campaigns/{id}/retry";
    public const string CampaignArchive = "api/campaigns/{id}/archive";
    public const string CampaignImage = "api/campaigns/{id}/images/{index}";
    public const string CampaignVersions = "api/campaigns/{id}/versions";
    public const string RegenerateImage = "api/campaigns/{id}/images/{index}/regenerate";
    public const string RegenerateText = "api/campaigns/{id}/text/regenerate";
    public const string ImageVersion = "api/campaigns/{id}/images/{index}/version";
    public const string TextVersion = "api/campaigns/{id}/text/version";
    public const string Providers = "api/providers";
    public const string CampaignShares = "api/campaigns/{id}/shares";
    public const string Share = "api/shares/{id}";
    public const string Shared = "api/shared/{token}";
    public const string SharedImage = "api/shared/{token}/images/{index}";
    public const string ReportShared = "api/shared/{token}/report";
    public const string Reports = "api/reports";
    public const string Report = "api/reports/{id}";
    public const string CampaignEvents = "api/campaigns/{id}/events";
    public const string Events = "api/events";
    public const string Notifications = "api/notifications";
    public const string AcknowledgeNotifications = "api/notifications/ack";
    public const string Webhooks = "api/webhooks";
    public const string Webhook = "api/webhooks/{id}";
    public const string TestWebhook = "api/webhooks/{id}/test";
    public const string WebhookSecret = "api/webhooks/{id}/secret";
    public const string WebhookDeliveries = "api/webhooks/{id}/deliveries";
    public const string Callback = "api/callbacks/{provider}/{campaignId}/{*part}";
    public const string DeadLetters = "api/dead-letters";
    public const string ReplayDeadLetters = "api/dead-letters/replay";
    public const string Me = "api/me";
    public const string Metrics = "api/metrics";
    public const string Liveness = "api/health/live";
    public const string Readiness = "api/health/ready";
    public const string OpenApiDocument = "api/openapi.json";
    public const string Docs = "api/docs";
    public const string DocsAsset = "api/docs/{asset}";

    // With an empty template the hosts would use the function's name as its route. An optional parameter of length 0
    // matches the root only.
    public const string Page = "{nothing:maxlength(0)?}";
    public const string SharedPage = "s/{token}";
    public const string PageAsset = "assets/{file}";
    public const string PageIcon = "favicon.svg";
    public const string PageSettings = "settings.json";

    // Everything else. The Functions host looks at functions by the order of their names, and this one takes any path: it must be the last. The host's
    // own routes, /admin and /runtime, take precedence over all of an app's.
    public const string Unknown = "{*path}";

    /// <summary>The table.</summary>
    public static IReadOnlyList<Route> All { get; } =
    [
        new("POST", Campaigns, RouteAccess.Caller, "StartCampaign", "startCampaign"),
        new("GET, HEAD", Campaigns, RouteAccess.Caller, "ListCampaigns", "listCampaigns"),
        new("GET, HEAD", Campaign, RouteAccess.Caller, "GetCampaign", "getCampaign"),
        new("PATCH", Campaign, RouteAccess.Caller, "PatchCampaign", "updateCampaign"),
        new("DELETE", Campaign, RouteAccess.Caller, "DeleteCampaign", "deleteCampaign"),
        new("POST", CancelCampaign, RouteAccess.Caller, "CancelCampaign", "cancelCampaign"),
        new("POST", RetryCampaign, RouteAccess.Caller, "RetryCampaign", "retryCampaign"),
        new("POST", DeleteCampaigns, RouteAccess.Caller, "DeleteCampaigns", "deleteCampaigns"),
        new("POST", RetryCampaigns, RouteAccess.Caller, "RetryCampaigns", "retryCampaigns"),
        new("GET, HEAD", CampaignImage, RouteAccess.Caller, "GetCampaignImage", "getCampaignImage"),
        new("GET, HEAD", CampaignVersions, RouteAccess.Caller, "ListVersions", "listVersions"),
        new("POST", RegenerateImage, RouteAccess.Caller, "RegenerateImage", "regenerateImage"),
        new("POST", RegenerateText, RouteAccess.Caller, "RegenerateText", "regenerateText"),
        new("PUT", ImageVersion, RouteAccess.Caller, "ChooseImageVersion", "chooseImageVersion"),
        new("PUT", TextVersion, RouteAccess.Caller, "ChooseTextVersion", "chooseTextVersion"),
        new("GET, HEAD", CampaignArchive, RouteAccess.Caller, "GetCampaignArchive", "getCampaignArchive"),
        new("POST", CampaignShares, RouteAccess.Caller, "CreateShare", "createShare"),
        new("GET, HEAD", CampaignShares, RouteAccess.Caller, "ListShares", "listShares"),
        new("DELETE", Share, RouteAccess.Caller, "RevokeShare", "revokeShare"),
        new("GET, HEAD", CampaignEvents, RouteAccess.Caller, "StreamCampaignEvents", "streamCampaignEvents"),
        new("GET, HEAD", Events, RouteAccess.Caller, "StreamEvents", "streamEvents"),
        new("GET, HEAD", Notifications, RouteAccess.Caller, "GetNotifications", "getNotifications"),
        new("POST", AcknowledgeNotifications, RouteAccess.Caller, "AcknowledgeNotifications", "acknowledgeNotifications"),
        new("POST", Webhooks, RouteAccess.Caller, "CreateWebhook", "createWebhook"),
        new("GET, HEAD", Webhooks, RouteAccess.Caller, "ListWebhooks", "listWebhooks"),
        new("DELETE", Webhook, RouteAccess.Caller, "DeleteWebhook", "deleteWebhook"),
        new("GET, HEAD", Providers, RouteAccess.Caller, "ListProviders", "listProviders"),
        new("POST", TestWebhook, RouteAccess.Caller, "TestWebhook", "testWebhook"),
        new("POST", WebhookSecret, RouteAccess.Caller, "ReplaceWebhookSecret", "replaceWebhookSecret"),
        new("GET, HEAD", WebhookDeliveries, RouteAccess.Caller, "ListWebhookDeliveries", "listWebhookDeliveries"),
        new("GET, HEAD", Me, RouteAccess.Caller, "GetMe", "getMe"),
        new("GET, HEAD", Metrics, RouteAccess.Metrics, "GetMetrics", "getMetrics"),

        new("GET, HEAD", DeadLetters, RouteAccess.Operator, "ListDeadLetters", "listDeadLetters"),
        new("DELETE", DeadLetters, RouteAccess.Operator, "DropDeadLetters", "dropDeadLetters"),
        new("POST", ReplayDeadLetters, RouteAccess.Operator, "ReplayDeadLetters", "replayDeadLetters"),

        new("GET, HEAD", Reports, RouteAccess.Operator, "ListReports", "listReports"),
        new("DELETE", Report, RouteAccess.Operator, "DeleteReport", "deleteReport"),

        // Everyone who has a share's token: the functions check and count that.
        new("GET, HEAD", Shared, RouteAccess.Anyone, "GetShared", "getShared"),
        new("GET, HEAD", SharedImage, RouteAccess.Anyone, "GetSharedImage", "getSharedImage"),
        new("POST", ReportShared, RouteAccess.Anyone, "ReportShared", "reportShared"),

        // What a provider reports is signed: the function verifies that.
        new("POST", Callback, RouteAccess.Anyone, "ReceiveCallback", "receiveCallback"),
        new("GET, HEAD", Liveness, RouteAccess.Anyone, "GetLiveness", "getLiveness"),
        new("GET, HEAD", Readiness, RouteAccess.Anyone, "GetReadiness", "getReadiness"),
        new("GET, HEAD", OpenApiDocument, RouteAccess.Anyone, "GetOpenApiDocument", "getOpenApiDocument"),
        new("GET, HEAD", Docs, RouteAccess.Anyone, "GetDocs", "getDocs"),
        new("GET, HEAD", DocsAsset, RouteAccess.Anyone, "GetDocsAsset", "getDocsAsset"),
        new("GET, HEAD", Page, RouteAccess.Anyone, "GetPage"),
        new("GET, HEAD", SharedPage, RouteAccess.Anyone, "GetSharedPage"),
        new("GET, HEAD", PageAsset, RouteAccess.Anyone, "GetPageAsset"),
        new("GET, HEAD", PageIcon, RouteAccess.Anyone, "GetPageIcon"),
        new("GET, HEAD", PageSettings, RouteAccess.Anyone, "GetPageSettings"),
        new("*", Unknown, RouteAccess.Anyone, "UnknownRoute"),
    ];

    private static readonly FrozenDictionary<string, Route> ByFunction = All.ToFrozenDictionary(route => route.Function, StringComparer.Ordinal);

    /// <summary>The route of an HTTP function.</summary>
    /// <exception cref="KeyNotFoundException">It is not in the table.</exception>
    public static Route Of(string function) => ByFunction[function];

    /// <summary>Checks that every HTTP function is in the table.</summary>
    /// <param name="types">The types that declare functions, among others.</param>
    /// <exception cref="StartException">One is not in the table.</exception>
    public static void Check(IEnumerable<Type> types)
    {
        foreach (var method in types.SelectMany(type => type.GetMethods(
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is { } function
                && !ByFunction.ContainsKey(function.Name)
                && Array.Exists(method.GetParameters(), parameter => parameter.IsDefined(typeof(HttpTriggerAttribute))))
            {
                throw new StartException($"Function '{function.Name}' does not say who may call it: add its route to {nameof(Routes)}.{nameof(All)}.");
            }
        }
    }
}
