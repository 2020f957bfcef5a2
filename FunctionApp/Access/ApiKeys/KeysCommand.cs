using System.Globalization;
using Atelier.Configuration;
using Atelier.Persistence;

namespace Atelier.Access.ApiKeys;

/// <summary>The command <c>keys</c>: makes, lists and revokes API keys in the database that the settings name.</summary>
internal sealed class KeysCommand(ApiKeyStore keys, TextWriter output, TextWriter error)
{
    private const string Verb = "keys";
    private const int Failed = 1;

    private const string Usage =
        """
        keys create --user NAME [--operator]    makes a key and shows it, once
        keys list                               shows all keys, without their secrets
        keys revoke ID                          makes a key useless, from the next request on
        """;

    /// <summary>Whether a command line is this command.</summary>
    public static bool Matches(IReadOnlyList<string> args) => args is [Verb, ..];

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="SettingException">No database is configured or reachable.</exception>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, IConfiguration configuration)
    {
        await using var services = new ServiceCollection()
            .AddSingleton(TimeProvider.System)
            .AddPersistence(configuration)
            .AddScoped<ApiKeyStore>()
            .BuildServiceProvider();
        await DatabaseMigrator.MigrateAsync(services);
        await using var scope = services.CreateAsyncScope();
        return await new KeysCommand(scope.ServiceProvider.GetRequiredService<ApiKeyStore>(), Console.Out, Console.Error)
            .RunAsync(args, CancellationToken.None);
    }

    /// <inheritdoc cref="RunAsync(IReadOnlyList{string}, IConfiguration)"/>
    public Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken) => args switch
    {
        [Verb, "create", "--user", var user] => CreateAsync(user, isOperator: false, cancellationToken),
        [Verb, "create", "--user", var user, "--operator"] => CreateAsync(user, isOperator: true, cancellationToken),
        [Verb, "create", "--operator", "--user", var user] => CreateAsync(user, isOperator: true, cancellationToken),
        [Verb, "list"] => ListAsync(cancellationToken),
        [Verb, "revoke", var id] => RevokeAsync(id, cancellationToken),
        [Verb, "--help"] => HelpAsync(),
        _ => FailAsync(Usage),
    };

    private async Task<int> CreateAsync(string user, bool isOperator, CancellationToken cancellationToken)
    {
        if (!Caller.IsUserId(user))
            return await FailAsync($"A user's name has 1 to {Caller.MaxUserIdLength} characters, none of them control characters, and no blanks around it.");
        var key = await keys.CreateAsync(user, isOperator, cancellationToken);
        // The key alone goes to standard output, so that a script can read it; text for people goes to standard error.
        await error.WriteLineAsync($"Key {key.Id} for {user}{(isOperator ? ", an operator" : "")}. It is shown this once:");
        await output.WriteLineAsync(key.ToString());
        return 0;
    }

    private async Task<int> ListAsync(CancellationToken cancellationToken)
    {
        await output.WriteLineAsync("ID                CREATED               LAST USED             STATE     USER");
        foreach (var key in await keys.ListAsync(cancellationToken))
        {
            var state = key.RevokedAt is not null ? "revoked" : key.IsOperator ? "operator" : "active";
            await output.WriteLineAsync($"{key.Id}  {Text(key.CreatedAt),-20}  {Text(key.LastUsedAt),-20}  {state,-8}  {key.UserId}");
        }
        return 0;
    }

    private async Task<int> RevokeAsync(string id, CancellationToken cancellationToken)
    {
        if (!KeyText.IsId(id) || !await keys.RevokeAsync(id, cancellationToken))
            return await FailAsync($"There is no key '{id}': keys list shows the ids.");
        await output.WriteLineAsync($"Key {id} is revoked.");
        return 0;
    }

    private async Task<int> HelpAsync()
    {
        await output.WriteLineAsync(Usage);
        return 0;
    }

    private async Task<int> FailAsync(string message)
    {
        await error.WriteLineAsync(message);
        return Failed;
    }

    private static string Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "never";
}
