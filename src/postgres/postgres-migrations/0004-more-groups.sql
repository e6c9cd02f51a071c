-- A search reads more groups at once: with an event in each, 200 a statement were many statements, and each looks into the tables
-- of all days.
CREATE OR REPLACE FUNCTION event_groups_before(of_order bigint, of_partition smallint, of_first bigint, received_from bigint, received_to bigint)
    RETURNS SETOF event_group LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
  BEGIN
    RETURN QUERY SELECT * FROM event_group
      WHERE (order_at, partition, first) < (of_order, of_partition, of_first)
        AND received_at >= received_from AND received_at < received_to
      ORDER BY order_at DESC, partition DESC, first DESC LIMIT 2000;
  END $$;
CREATE OR REPLACE FUNCTION event_groups_after(of_order bigint, of_partition smallint, of_first bigint, received_from bigint, received_to bigint)
    RETURNS SETOF event_group LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
  BEGIN
    RETURN QUERY SELECT * FROM event_group
      WHERE (order_at, partition, first) > (of_order, of_partition, of_first)
        AND received_at >= received_from AND received_at < received_to
      ORDER BY order_at, partition, first LIMIT 2000;
  END $$;
