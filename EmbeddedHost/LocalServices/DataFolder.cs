using System.Security.Cryptography;

namespace EmbeddedHost.LocalServices;

/// <summary>The folder with the local services' data. One process uses it at a time, for as long as it is open.</summary>
internal sealed class DataFolder : IDisposable
{
    public const string PasswordFile = "postgres.password";
    public const string PortsFile = "ports.json";

    private const int PasswordBytes = 24;
    private const int WebhookKeyBytes = 32;

    // A host that is just ending releases its folder in a moment.
    private static readonly TimeSpan FolderReleaseTimeout = TimeSpan.FromSeconds(3);

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
        Ports = new PortBook(System.IO.Path.Combine(path, PortsFile));
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>The ports of the services in this folder.</summary>
    public PortBook Ports { get; }

    /// <summary>Creates the folder where it does not exist and takes it for this process.</summary>
    /// <exception cref="HostFailure">Another process uses it, or it cannot be written.</exception>
    public static async Task<DataFolder> OpenAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(path);
            FileStream? held = null;
            if (await Wait.UntilAsync(() => TryLock(path, out held), FolderReleaseTimeout, cancellationToken)) return new DataFolder(path, held!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new HostFailure($"The data folder {path} cannot be written: {exception.Message} Choose another with --data.", exception);
        }

        throw new HostFailure($"The data folder {path} is in use by another EmbeddedHost. Stop that one, or choose another folder with --data.");
    }

    /// <summary>Whether a process uses the folder.</summary>
    public static bool IsInUse(string path)
    {
        if (!Directory.Exists(path)) return false;
        var free = TryLock(path, out var held);
        held?.Dispose();
        return !free;
    }

    /// <summary>A random password, the same at every call and every start; only this user can read its file.</summary>
    public Task<string> PasswordAsync(CancellationToken cancellationToken) =>
        SecretAsync(PasswordFile, () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PasswordBytes)), cancellationToken);

    /// <summary>A random key for the secrets of webhooks, the same at every call and every start; only this user can read its file.</summary>
    public Task<string> WebhookKeyAsync(CancellationToken cancellationToken) =>
        SecretAsync("webhooks.key", () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(WebhookKeyBytes)), cancellationToken);

    public void Dispose() => _lock.Dispose();

    private async Task<string> SecretAsync(string name, Func<string> create, CancellationToken cancellationToken)
    {
        var file = System.IO.Path.Combine(Path, name);
        if (File.Exists(file)) return await File.ReadAllTextAsync(file, cancellationToken);

        var secret = create();
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var writer = new StreamWriter($"{file}.new", options)) await writer.WriteAsync(secret.AsMemory(), cancellationToken);
        File.Move($"{file}.new", file);
        return secret;
    }

    private static bool TryLock(string path, out FileStream? held)
    {
        var file = System.IO.Path.Combine(path, "host.lock");
        try
        {
            held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException) when (File.Exists(file))
        {
            held = null;
            return false;
        }
    }
}
