import type { AlarmGroupsTable, AlarmsTable } from './alarms.ts';
import type {
  AddressConfirmationsTable,
  AddressesTable,
  AddressMutesTable,
  AddressServicesTable,
  AlertsTable,
  BouncesTable,
  CanariesTable,
  DeliveryCountsTable,
  FanoutsTable,
} from './alerts.ts';
import type {
  DesksTable,
  FacilitiesTable,
  FacilityDomainsTable,
  ServiceDependenciesTable,
  ServicesTable,
} from './catalogue.ts';
import type { ChannelPostsTable, ChannelsTable } from './channels.ts';
import type {
  CustomerFeedsTable,
  CustomerImportDecisionTable,
  CustomerImportRowsTable,
  CustomerInvitationsTable,
  CustomerServicesTable,
  CustomersTable,
  MailboxesTable,
  PasswordRequestsTable,
  PasswordResetsTable,
} from './customers.ts';
import type { CouriersTable, LettersTable, MailsTable, MailWordsTable, TicketsTable } from './mail.ts';
import type {
  AttachmentBytesTable,
  AttachmentsTable,
  DraftApprovalsTable,
  DraftReadersTable,
  DraftsTable,
  EditionTable,
  ImpactFacilitiesTable,
  ImpactsTable,
  MeasureProgressTable,
  NoticesTable,
  PostingsTable,
  ReportsTable,
  ScheduledReportsTable,
} from './notices.ts';
import type {
  AccidentFactsTable,
  InquiriesTable,
  MeasureAnswersTable,
  ReportRemindersTable,
  SeriousDecisionsTable,
  ServiceCriteriaTable,
  SubmissionsTable,
} from './regulator.ts';
import type {
  ApiKeysTable,
  AuditEntriesTable,
  IdempotencyKeysTable,
  SessionsTable,
  SettingsTable,
  SetupLinksTable,
  StaffFactorsTable,
  StaffRecoveryCodesTable,
  StaffSignInsTable,
  StaffTable,
} from './staff.ts';
import type { TemplatesTable } from './templates.ts';
import type { WarningCallsTable, WarningsTable } from './warnings.ts';

/** Every table as Kysely sees it. Each has one writer: the store of the room that its file is named after. */
export interface Tables {
  addresses: AddressesTable;
  address_mutes: AddressMutesTable;
  address_services: AddressServicesTable;
  address_confirmations: AddressConfirmationsTable;
  fanouts: FanoutsTable;
  alerts: AlertsTable;
  bounces: BouncesTable;
  canaries: CanariesTable;
  delivery_counts: DeliveryCountsTable;
  channels: ChannelsTable;
  channel_posts: ChannelPostsTable;
  services: ServicesTable;
  service_dependencies: ServiceDependenciesTable;
  facilities: FacilitiesTable;
  facility_domains: FacilityDomainsTable;
  desks: DesksTable;
  customers: CustomersTable;
  mailboxes: MailboxesTable;
  customer_services: CustomerServicesTable;
  customer_feeds: CustomerFeedsTable;
  customer_import_decision: CustomerImportDecisionTable;
  customer_import_rows: CustomerImportRowsTable;
  customer_invitations: CustomerInvitationsTable;
  password_requests: PasswordRequestsTable;
  password_resets: PasswordResetsTable;
  letters: LettersTable;
  mails: MailsTable;
  mail_words: MailWordsTable;
  tickets: TicketsTable;
  couriers: CouriersTable;
  notices: NoticesTable;
  impacts: ImpactsTable;
  impact_facilities: ImpactFacilitiesTable;
  reports: ReportsTable;
  drafts: DraftsTable;
  draft_readers: DraftReadersTable;
  draft_approvals: DraftApprovalsTable;
  scheduled_reports: ScheduledReportsTable;
  measure_progress: MeasureProgressTable;
  postings: PostingsTable;
  attachments: AttachmentsTable;
  attachment_bytes: AttachmentBytesTable;
  edition: EditionTable;
  service_criteria: ServiceCriteriaTable;
  accident_facts: AccidentFactsTable;
  inquiries: InquiriesTable;
  measure_answers: MeasureAnswersTable;
  serious_decisions: SeriousDecisionsTable;
  submissions: SubmissionsTable;
  report_reminders: ReportRemindersTable;
  alarm_groups: AlarmGroupsTable;
  alarms: AlarmsTable;
  templates: TemplatesTable;
  warnings: WarningsTable;
  warning_calls: WarningCallsTable;
  staff: StaffTable;
  api_keys: ApiKeysTable;
  sessions: SessionsTable;
  settings: SettingsTable;
  setup_links: SetupLinksTable;
  staff_factors: StaffFactorsTable;
  staff_recovery_codes: StaffRecoveryCodesTable;
  staff_sign_ins: StaffSignInsTable;
  audit_entries: AuditEntriesTable;
  idempotency_keys: IdempotencyKeysTable;
}
