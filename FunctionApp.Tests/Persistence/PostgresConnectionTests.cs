using Atelier.Configuration;
using Atelier.Persistence;
using Npgsql;

namespace FunctionApp.Tests.Persistence;

public sealed class PostgresConnectionTests
{
    [Theory]
    [InlineData("postgres://ann:p%40ss@db.example.com:6543/atelier?sslmode=verify-full&application_name=test")]
    [InlineData("postgresql://ann:p%40ss@db.example.com:6543/atelier?sslmode=verify-full&application_name=test")]
    [InlineData("Host=db.example.com;Port=6543;Database=atelier;Username=ann;Password=p@ss;SSL Mode=VerifyFull;Application Name=test")]
    public void Parse_UrlOrKeywords_GivesTheSameSettings(string text)
    {
        var settings = PostgresConnection.Parse(text);

        Assert.Equal("db.example.com", settings.Host);
        Assert.Equal(6543, settings.Port);
        Assert.Equal("atelier", settings.Database);
        Assert.Equal("ann", settings.Username);
        Assert.Equal("p@ss", settings.Password);
        Assert.Equal(SslMode.VerifyFull, settings.SslMode);
        Assert.Equal("test", settings.ApplicationName);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("Host=db;Hots=typo;Password=secret-word")]
    [InlineData("Host=db;Port=many;Password=secret-word")]
    [InlineData("postgres://ann:secret-word@db/atelier?sslmode=perhaps")]
    [InlineData("postgres://ann:secret-word@db/atelier?no_such_option=1")]
    [InlineData("postgres://")]
    [InlineData("Username=ann;Password=secret-word")]
    public void Parse_Unusable_NamesTheSettingAndNotItsValue(string? text)
    {
        var exception = Assert.Throws<SettingException>(() => PostgresConnection.Parse(text));

        Assert.StartsWith("Setting 'ConnectionStrings:Postgres' ", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=db.postgres.database.azure.com;Username=app", true)]
    [InlineData("postgres://app@db.postgres.database.azure.com/atelier", true)]
    [InlineData("Host=db.postgres.database.azure.com;Username=app;Password=x", false)]
    [InlineData("Host=db.postgres.database.azure.com;Username=app;Passfile=/etc/pgpass", false)]
    [InlineData("Host=localhost;Username=app", false)]
    [InlineData("Host=127.0.0.1;Username=app", false)]
    [InlineData("Host=/var/run/postgresql;Username=app", false)]
    public void UsesEntra_OnlyWithoutAnyPasswordAndToAnotherMachine(string text, bool expected) =>
        Assert.Equal(expected, PostgresConnection.UsesEntra(PostgresConnection.Parse(text)));
}
