// Names of the metrics that the catalogue of counts does not have.
export const words = {
  metrics: {
    users: "Users",
    conversion_rate: "Conversion rate",
    group_conversion_rate: "Conversion rate",
    percentage: "Share",
    exit_rate: "Exit rate",
    ctr: "Click rate",
    total_revenue: "Revenue",
    average_revenue: "Average",
  },
} as const;
