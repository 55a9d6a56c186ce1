/** A mail that came back, as RFC 3464 wants it. */
export function deliveryReport(to: string, fields: Record<string, string> = {}): string {
  const status = { 'Final-Recipient': 'rfc822; taro@elsewhere.example', Action: 'failed', Status: '5.1.1', ...fields };
  return [
    'From: MAILER-DAEMON@elsewhere.example',
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="B"',
    '',
    '--B',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Your mail could not be delivered.',
    '--B',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; elsewhere.example',
    '',
    ...Object.entries(status).map(([name, value]) => `${name}: ${value}`),
    '',
    '--B',
    'Content-Type: text/rfc822-headers',
    '',
    'From: notices@status.example',
    '',
    '--B--',
    '',
  ].join('\r\n');
}

/** A complaint (RFC 5965) about a mail with that return path. */
export function complaint(returnPath: string, type = 'abuse'): string {
  return [
    'From: feedback@elsewhere.example',
    'To: abuse@status.example',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary="B"',
    '',
    '--B',
    'Content-Type: text/plain',
    '',
    'A complaint.',
    '--B',
    'Content-Type: message/feedback-report',
    '',
    `Feedback-Type: ${type}`,
    'User-Agent: SomeProvider/1.0',
    `Original-Mail-From: <${returnPath}>`,
    '',
    '--B',
    'Content-Type: message/rfc822',
    '',
    `Return-Path: <${returnPath}>`,
    'From: notices@status.example',
    '',
    'x',
    '--B--',
    '',
  ].join('\r\n');
}
