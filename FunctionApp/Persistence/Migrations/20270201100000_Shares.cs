using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Atelier.Persistence.Migrations;

/// <summary>Links that show a campaign to anyone who has them, and visitors' reports of what they show.</summary>
[DbContext(typeof(AtelierDbContext))]
[Migration("20270201100000_Shares")]
internal sealed class AddShares : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        CREATE TABLE campaign_shares (
            id uuid CONSTRAINT pk_campaign_shares PRIMARY KEY,
            campaign_id uuid NOT NULL CONSTRAINT fk_campaign_shares_campaigns REFERENCES campaigns ON DELETE CASCADE,
            user_id varchar(200) NOT NULL,
            token_hash bytea NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX ix_campaign_shares_campaign_id ON campaign_shares (campaign_id);
        CREATE UNIQUE INDEX ix_campaign_shares_token_hash ON campaign_shares (token_hash);
        CREATE INDEX ix_campaign_shares_expires_at ON campaign_shares (expires_at);

        CREATE TABLE share_reports (
            id uuid CONSTRAINT pk_share_reports PRIMARY KEY,
            share_id uuid NOT NULL CONSTRAINT fk_share_reports_campaign_shares REFERENCES campaign_shares ON DELETE CASCADE,
            reason text NOT NULL,
            at timestamptz NOT NULL
        );
        CREATE INDEX ix_share_reports_share_id ON share_reports (share_id);
        CREATE INDEX ix_share_reports_at ON share_reports (at, id);
        """);

    /// <inheritdoc/>
    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP TABLE share_reports; DROP TABLE campaign_shares;");
}
