// Printed by `npx tsx bench/recall/fit.ts`.

/** The built-in encoder's mean difference of a question and its answer, over the made-up customers; a signed byte a number. */
export const USE_LITE_QUESTION_DIRECTION =
  'Hf4LQPX08fkR+PMJCBYv/gXXFQ0LCvb8/uMB4hsK7QQNDu/w/iMH6/EM4/MN1R/27u7V/Q8JCgEBE/v6EEcJ/9wN9fUG+TQMC9je+/37C/I5/g7nFwTn8+jiBQ8G6vsTBCr4/y3oMRP4/QnrDvD78Bn+AgbzHwYE/PEYGAcF/gHhEf8NFPL7Bx/lD+8BBfwE9AL17/0C9wb27An+9OPrAyT19jIF/wz9EgsS9+4F4BUC9tbv2A8I7+IWAvULA8sFFQP2CuUPAijTEQH99Q3C+P/7ERb9BfwrAAj//fb9FhAJAfUI+On8Durf7Az44wLsK/QH+iHBDQz+CgkJCAUK7/UHDQAxFOQB/vnj/QECDhH69wqyCe4g8joW9wbfHxcPIrkV7/mzAP3YBef6DSDi6gIFAhvvEAsAPwj7FdH4CCrhBgXyEQry+ucX/BkiGfDSGNYnGOLR/+P/BST4FgQC4+79C835APv//Q7t7AT53PP3X04zAB/eERjvMPgiAlkI3vYFG1H6GQYC/wT//A4I3x2BBwgi7uT2tfnw8w0d+DHo+xIN9B/43hkMC/r38flJCwoO5g8G5gAG+QH59e3xDfsM+iD6+QQ899AIJAz17QMu9+jWExHy+QAMBcHsB+MHCC0A+/zM8PgBE/MM+N/aChH0Dvn7D/oUBSQM6gj5BQc='

/** The mean component of those customers' memories along it. */
export const USE_LITE_STATEMENT_LEVEL = -0.2008
