class AddTitles < ActiveRecord::Migration[6.1]
  def change
    add_column :notes, :title, :text
    remove_column :notes, :old, :text
  end
end
